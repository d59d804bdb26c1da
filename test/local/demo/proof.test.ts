import { expect, test } from 'vitest';
import type { RunResult } from '../../../lib/model/index.ts';
import { proveThePath } from '../../../local/demo/proof.ts';
import type { Timeline } from '../../../local/demo/timeline.ts';
import type { Trace, Traces } from '../../../local/demo/traces.ts';
import type { LocalCluster } from '../../../local/emulators/kubernetes/cluster.ts';

const traceOf = (notice: object, ...changed: readonly string[]): Trace => ({
  batch: {} as Trace['batch'],
  timeline: { notice } as Timeline,
  result: {
    zones: [{ changes: changed.map(name => ({ action: 'create', name, type: 'A' })) }],
  } as unknown as RunResult,
});
const HELLO = { objects: [{ kind: 'service', namespace: 'default', name: 'hello' }] };

/** What is taken for the proof of these traces; rejects when none is. */
async function proofAmong(...traces: readonly Trace[]): Promise<Trace> {
  const forwarder = { ended: new Promise<string>(() => {}), close: async () => {} };
  const next = async (matches: (trace: Trace) => boolean) => traces.find(matches) ?? Promise.reject(new Error('none'));
  const cluster = { apply() {} } as unknown as LocalCluster;
  const parts = { traces: { next } as unknown as Traces, forwarder };
  return (await proveThePath(cluster, 'example.com', parts)).trace;
}

test.each([
  ['that names the Service', HELLO],
  // It was seen while another kind was still being listed.
  ['that says that anything may have changed', {}],
])('a notice %s proves the path, when its run made the record', async (_, notice) => {
  const proof = traceOf(notice, 'hello.example.com');
  expect(await proofAmong(traceOf({}, 'my-webapp.example.com'), proof)).toBe(proof);
});

test('a notice whose run made no record of it proves nothing', async () => {
  await expect(proofAmong(traceOf(HELLO), traceOf({}, 'web.example.com'))).rejects.toThrow('none');
});
