import { gzipSync } from 'node:zlib';
import type { Batch } from '../../../functions/audit/batch.ts';

/**
 * A line of an EKS cluster's audit log, as the load balancer controller leaves it when it writes the status of a Service.
 * `change` replaces fields; those of `objectRef` one by one.
 */
export function auditLine({ objectRef = {}, ...change }: AuditChange = {}): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: '0a4376d5-307a-4e16-a049-24e017b1a3c5',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/services/web/status',
    verb: 'patch',
    user: {
      username: 'system:serviceaccount:kube-system:aws-load-balancer-controller',
      uid: 'c4f7a5d0-2f0b-4f3f-9d52-94c9a3c4a3f1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/pod-name': ['aws-load-balancer-controller-6b7c9f8d5-x2x9q'] },
    },
    sourceIPs: ['10.0.6.68'],
    userAgent: 'controller/v2.13.0 (linux/amd64) kubernetes/$Format',
    objectRef: {
      resource: 'services',
      namespace: 'shop',
      name: 'web',
      apiVersion: 'v1',
      subresource: 'status',
      ...objectRef,
    },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: '2026-08-01T10:47:34.315746Z',
    stageTimestamp: '2026-08-01T10:47:34.322118Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...change,
  });
}

type AuditChange = Readonly<Record<string, unknown>> & { readonly objectRef?: Readonly<Record<string, unknown>> };

/** The line of an Ingress. */
export function ingressLine(name: string): string {
  const objectRef = { resource: 'ingresses', apiGroup: 'networking.k8s.io', name };
  return auditLine({ requestURI: `/apis/networking.k8s.io/v1/namespaces/shop/ingresses/${name}/status`, objectRef });
}

export const LOG_STREAM = 'kube-apiserver-audit-7f1d0e2c9a5b4c3d8e6f7a8b9c0d1e2f';
const FIRST_ID = 39_101_274_120_312_998_000_000_000_000_000_000_000_000_000_000_000_000_000n;

/** What CloudWatch Logs delivers of these lines; the ids count up from `first`. */
export function batchOf(messages: readonly string[], change: Partial<Batch> = {}, first = 0): Batch {
  return {
    messageType: 'DATA_MESSAGE',
    logGroup: '/aws/eks/prod/cluster',
    logStream: LOG_STREAM,
    logEvents: messages.map((message, index) => ({
      id: String(FIRST_ID + BigInt(first + index)),
      timestamp: 1_785_581_254_322 + index,
      message,
    })),
    ...change,
  };
}

/** The batch as the event of an invocation. */
export function invocationOf(batch: unknown): { readonly awslogs: { readonly data: string } } {
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}
