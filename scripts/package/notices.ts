import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import type { Notice } from '../../lib/model/index.ts';
import { textOf } from './bundle.ts';
import type { Check, Checks } from './checks.ts';
import { invokePackaged } from './invoke.ts';
import type { PackagedFunction } from './open.ts';

/** A queue that a packaged function sends to, for as long as `use` takes. */
async function withQueue<T>(use: (env: Readonly<Record<string, string>>, sent: () => Promise<unknown>) => Promise<T>) {
  const server = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: 'check', secretAccessKey: 'check' };
  const endpoint = `http://127.0.0.1:${server.port}`;
  const { queueUrl } = server.createQueue('fairlead-check.fifo', { attributes: { FifoQueue: 'true' } });
  const QueueUrl = new URL(new URL(queueUrl).pathname, endpoint).href;
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    FAIRLEAD_QUEUE_URL: QueueUrl,
  };
  const sent = async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body));
  };
  try {
    return await use(env, sent);
  } finally {
    await server.stop();
  }
}

/** The first cluster that is packaged with a function. */
function clusterOf(made: PackagedFunction): string {
  return Object.keys(JSON.parse(textOf(made, 'shards.json')))[0] ?? '';
}

/** They would make every cold start longer, and a notice is never data for them. */
const LIGHT: Check<PackagedFunction> = async made => {
  const bundle = textOf(made, 'index.js');
  // Each client of AWS has the namespace of its service's model in it.
  for (const heavy of ['com.amazonaws.route53', 'com.amazonaws.eks', 'com.amazonaws.s3', 'KubeConfig'])
    assert.ok(!bundle.includes(heavy), `the bundle has ${heavy} in it`);
  return undefined;
};

export const NOTICE = { source: 'check', sequence: 1, since: 1_785_581_254_322 };

export const WEBHOOK_CHECKS: Checks<PackagedFunction> = {
  'no client of Kubernetes, EKS, Route 53 or S3 is in it': LIGHT,
  'a notice that IAM verified goes on the queue, and is answered with 202': async made => {
    const notice: Notice = { cluster: clusterOf(made), ...NOTICE };
    await withQueue(async (env, sent) => {
      assert.deepEqual(await invokePackaged(made, request(notice, true), env), { statusCode: 202 });
      assert.deepEqual(await sent(), [notice]);
    });
    return undefined;
  },
  'a notice that nobody verified is answered with 401, and goes nowhere': async made => {
    const notice: Notice = { cluster: clusterOf(made), ...NOTICE };
    await withQueue(async (env, sent) => {
      assert.deepEqual(await invokePackaged(made, request(notice, false), env), { statusCode: 401 });
      assert.deepEqual(await sent(), []);
    });
    return undefined;
  },
};

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads, as far as it is read. */
export function request(notice: Notice, verified: boolean): unknown {
  const iam = { userArn: 'arn:aws:sts::111122223333:assumed-role/forwarder/check' };
  const http = { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'check' };
  return {
    version: '2.0',
    rawPath: '/',
    headers: { 'content-type': 'application/json' },
    requestContext: { http, ...(verified && { authorizer: { iam } }) },
    body: JSON.stringify(notice),
    isBase64Encoded: false,
  };
}

export const AUDIT_CHECKS: Checks<PackagedFunction> = {
  'no client of Kubernetes, EKS, Route 53 or S3 is in it': LIGHT,
  'a write in the audit log of a cluster becomes a notice on the queue': async made => {
    const cluster = clusterOf(made);
    await withQueue(async (env, sent) => {
      await invokePackaged(made, auditEvent(cluster), env);
      const objects = [{ kind: 'service', namespace: 'shop', name: 'web' }];
      assert.partialDeepStrictEqual(await sent(), [{ cluster, sequence: 1, since: NOTICE.since, objects }]);
    });
    return undefined;
  },
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample */
export function auditEvent(cluster: string): unknown {
  const message = JSON.stringify({
    stage: 'ResponseComplete',
    verb: 'patch',
    objectRef: { resource: 'services', namespace: 'shop', name: 'web', apiVersion: 'v1', subresource: 'status' },
    responseStatus: { code: 200 },
  });
  const batch = {
    messageType: 'DATA_MESSAGE',
    logGroup: `/aws/eks/${cluster}/cluster`,
    logStream: 'kube-apiserver-audit-check',
    logEvents: [{ id: '1', timestamp: NOTICE.since, message }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}
