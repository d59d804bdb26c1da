import { gzipSync } from 'node:zlib';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { InvalidEvent } from '../../../functions/audit/batch.ts';
import { createHandler } from '../../../functions/audit/create.ts';
import { noticeOf } from '../../../functions/audit/notice.ts';
import { readWrite } from '../../../functions/audit/write.ts';
import type { Notice } from '../../../lib/model/index.ts';
import { MAX_OBJECTS, parseNotice } from '../../../lib/notice/index.ts';
import { deduplicationId } from '../../../lib/notice/queue.ts';
import { auditLine, batchOf, ingressLine, invocationOf, LOG_STREAM } from './lines.ts';

const CONTEXT = { awsRequestId: 'r-1', functionName: 'audit', getRemainingTimeInMillis: () => 10_000 } as Context;

/** The handler with a queue that keeps what it takes; `fail`: a queue that takes nothing. */
function audit({ fail = false } = {}) {
  const queued: [Notice, string][] = [];
  const telemetry = {
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test', serviceName: 'test' }),
  };
  vi.spyOn(telemetry.metrics, 'publishStoredMetrics').mockReturnValue(telemetry.metrics);
  const refused = vi.fn();
  const dimensions: string[] = [];
  const counting = {
    addDimension: (_name: string, reason: string) => dimensions.push(reason),
    addMetric: () => refused(dimensions.at(-1)),
  };
  vi.spyOn(telemetry.metrics, 'singleMetric').mockReturnValue(counting as unknown as Metrics);
  const ports = {
    shardOf: (cluster: string) => (cluster === 'prod' ? 'east' : undefined),
    enqueue: async (notice: Notice, shard: string) => {
      if (fail) throw new Error('the queue does not answer');
      queued.push([notice, shard]);
    },
  };
  const handler = createHandler(ports, telemetry);
  return { queued, refused, invoke: (event: unknown) => handler(event, CONTEXT) };
}
const noticed = (...lines: readonly string[]) => noticeOf(batchOf(lines), 'prod');

describe('lines of the audit log that tell of a write', () => {
  it.each([
    ['the status of a Service', auditLine(), { kind: 'service', namespace: 'shop', name: 'web' }],
    ['the status of an Ingress', ingressLine('site'), { kind: 'ingress', namespace: 'shop', name: 'site' }],
    [
      'the object itself',
      auditLine({ verb: 'create', objectRef: { subresource: undefined }, responseStatus: { code: 201 } }),
      { kind: 'service', namespace: 'shop', name: 'web' },
    ],
    ['a deletion', auditLine({ verb: 'delete' }), { kind: 'service', namespace: 'shop', name: 'web' }],
    [
      'a deletion of all of a namespace',
      auditLine({ verb: 'deletecollection', objectRef: { name: undefined } }),
      { kind: 'service', namespace: 'shop' },
    ],
  ])('%s', (_rule, line, write) => {
    expect(readWrite(line)).toEqual(write);
  });

  it.each([
    ['a read', auditLine({ verb: 'get' })],
    ['a watch', auditLine({ verb: 'watch' })],
    ['another resource, as leader election writes it', auditLine({ objectRef: { resource: 'leases' } })],
    ['Services of another API group', auditLine({ objectRef: { apiGroup: 'serving.knative.dev' } })],
    [
      'Ingresses of another API group',
      auditLine({ objectRef: { resource: 'ingresses', apiGroup: 'config.openshift.io' } }),
    ],
    ['a request through the proxy of a Service', auditLine({ verb: 'create', objectRef: { subresource: 'proxy' } })],
    ['a request that is only begun', auditLine({ stage: 'RequestReceived', responseStatus: undefined })],
    ['a request that was refused', auditLine({ responseStatus: { code: 409 } })],
    ['a dry run', auditLine({ requestURI: '/api/v1/namespaces/shop/services/web?dryRun=All' })],
    ['a line that was cut', auditLine().slice(0, 200)],
    ['a line of another log', 'I0801 10:47:34.315746 controller.go:667] quota admission added evaluator'],
  ])('%s is none', (_rule, line) => {
    expect(readWrite(line)).toBeUndefined();
  });
});

describe('a batch of the audit log', () => {
  it('becomes one notice that names each object once', () => {
    expect(noticed(auditLine(), ingressLine('site'), auditLine({ verb: 'get' }), auditLine())).toEqual({
      cluster: 'prod',
      source: expect.stringMatching(`^audit:${LOG_STREAM}:[0-9a-f]{64}$`),
      sequence: 1,
      since: 1_785_581_254_322,
      objects: [
        { kind: 'service', namespace: 'shop', name: 'web' },
        { kind: 'ingress', namespace: 'shop', name: 'site' },
      ],
    });
  });

  it.each([
    ['one line that matters', [auditLine()]],
    ['as many objects as a notice may name', Array.from({ length: MAX_OBJECTS }, (_, n) => ingressLine(`site-${n}`))],
    ['more objects', Array.from({ length: MAX_OBJECTS + 1 }, (_, n) => ingressLine(`site-${n}`))],
    ['an object without a name', [auditLine({ objectRef: { name: undefined } })]],
    ['a name that Kubernetes does not allow', [auditLine({ objectRef: { name: '../Web' } })]],
  ])('makes a notice that the queue takes: %s', (_rule, lines) => {
    const notice = noticed(...lines);
    expect(parseNotice(JSON.stringify(notice))).toEqual(notice);
  });

  it.each([
    ['more than it may name', Array.from({ length: MAX_OBJECTS + 1 }, (_, n) => ingressLine(`site-${n}`))],
    ['all of a namespace', [auditLine(), auditLine({ verb: 'deletecollection', objectRef: { name: undefined } })]],
    ['one of a name that cannot be', [auditLine(), auditLine({ objectRef: { name: 'a b' } })]],
  ])('says that anything may have changed when it was %s', (_rule, lines) => {
    expect(noticed(...lines)).not.toHaveProperty('objects');
  });

  it('in which nothing that matters was written becomes none', () => {
    expect(noticed(auditLine({ verb: 'list' }), auditLine({ responseStatus: { code: 403 } }))).toBeUndefined();
  });

  it('keeps its deduplication id when it is delivered twice, and shares it with no other batch', () => {
    const lines = [auditLine(), ingressLine('site')];
    const batches = [
      batchOf(lines),
      batchOf(lines, {}, 1), // the same text, later
      batchOf(lines.slice(0, 1)), // a part of the first
      batchOf(lines, { logStream: 'kube-apiserver-audit-of-another-control-plane' }),
      batchOf(lines, { logGroup: '/aws/eks/prod-2/cluster' }),
    ];
    const ids = batches.map(batch => deduplicationId(noticeOf(batch, 'prod')!));
    expect(new Set(ids).size).toBe(batches.length);
    expect(batches.map(batch => deduplicationId(noticeOf(structuredClone(batch), 'prod')!))).toEqual(ids);
  });
});

describe('the function', () => {
  it('puts the notice into the message group of the shard of the cluster that the log group is of', async () => {
    const { queued, invoke } = audit();
    await invoke(invocationOf(batchOf([auditLine()])));
    expect(queued).toEqual([[noticed(auditLine()), 'east']]);
  });

  it('takes the name that the subscription gives the cluster, where EKS calls it otherwise', async () => {
    const { queued, invoke } = audit();
    const change = { logGroup: '/aws/eks/live/cluster', subscriptionFilters: ['prod'] };
    await invoke(invocationOf(batchOf([auditLine()], change)));
    expect(queued).toEqual([[expect.objectContaining({ cluster: 'prod' }), 'east']]);
  });

  it.each([
    ['the test that CloudWatch Logs makes', batchOf(['CWL CONTROL MESSAGE'], { messageType: 'CONTROL_MESSAGE' })],
    ['lines that do not matter', batchOf([auditLine({ verb: 'get' })])],
    ['a cluster that is not in the config', batchOf([auditLine()], { logGroup: '/aws/eks/lab/cluster' })],
    ['a log group that is none of a control plane', batchOf([auditLine()], { logGroup: '/aws/lambda/prod' })],
  ])('puts nothing on the queue for %s', async (_rule, batch) => {
    const { queued, invoke } = audit();
    await invoke(invocationOf(batch));
    expect(queued).toEqual([]);
  });

  it('counts what it refuses', async () => {
    const { refused, invoke } = audit();
    await invoke(invocationOf(batchOf([auditLine()], { logGroup: '/aws/eks/lab/cluster' })));
    expect(refused.mock.calls).toEqual([['unknown-cluster']]);
  });

  it('fails when the queue does not take the notice, so that Lambda tries again', async () => {
    await expect(audit({ fail: true }).invoke(invocationOf(batchOf([auditLine()])))).rejects.toThrow(/does not answer/);
  });

  it.each([
    ['no event of CloudWatch Logs', { Records: [] }, /awslogs/],
    ['what is not packed', { awslogs: { data: Buffer.from('{}').toString('base64') } }, /gzip/],
    ['what unpacks to more than the memory', invocationOf({ filler: 'x'.repeat(33 * 1024 * 1024) }), /33554432 bytes/],
    ['what is no JSON', { awslogs: { data: gzipSync('{').toString('base64') } }, /JSON/],
    ['a batch without its log group', invocationOf({ messageType: 'DATA_MESSAGE' }), /logGroup/],
  ])('refuses %s', async (_rule, event, message) => {
    const refused = audit().invoke(event);
    await expect(refused).rejects.toThrow(InvalidEvent);
    await expect(refused).rejects.toThrow(message);
  });
});
