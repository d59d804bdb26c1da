import { describe, expect, it } from 'vitest';
import { createCovered } from '../../../functions/reconcile/covered.ts';
import type { BatchRun } from '../../../functions/reconcile/event.ts';
import type { ClusterResult, Finding, RunRequest, RunResult } from '../../../lib/model/index.ts';

const BEGAN = 1_000_000;

const cluster = (name: string, state: ClusterResult['state'] = 'read'): ClusterResult => ({
  name,
  owner: 'o',
  state,
  kinds: {},
  endpoints: 0,
});
const result = (clusters: readonly ClusterResult[], more: Partial<RunResult> = {}) =>
  ({ mode: 'sync', clusters, findings: [], ...more }) as unknown as RunResult;
const asked = (sentAt: number | undefined, request: Partial<RunRequest> = { clusters: ['a'] }): BatchRun => ({
  request: { mode: 'sync', force: false, ...request },
  messages: [{ messageId: 'm', ...(sentAt !== undefined && { sentAt }) }],
});

describe('a notice that was on the queue before a run began needs no run of its own', () => {
  const known = createCovered();
  known.note(BEGAN, {}, result([cluster('a'), cluster('b')]));

  it.each([
    ['sent long before', asked(BEGAN - 5_000), true],
    ['of several clusters, all read', asked(BEGAN - 5_000, { clusters: ['a', 'b'] }), true],
    ['sent while the run was going on', asked(BEGAN + 1), false],
    ['sent so shortly before that the clocks may differ', asked(BEGAN - 100), false],
    ['of a cluster that was not read', asked(BEGAN - 5_000, { clusters: ['a', 'c'] }), false],
    ['without the time at which it was sent', asked(undefined), false],
    ['for the whole shard', asked(BEGAN - 5_000, {}), false],
    ['about names in Route 53', asked(BEGAN - 5_000, { clusters: [], reread: [{ zone: 'Z', names: ['a'] }] }), false],
  ])('%s', (_what, run, covered) => {
    expect(known.covers(run)).toBe(covered);
  });

  it('as long as no message of its batch came later', () => {
    const two = asked(BEGAN - 5_000);
    expect(known.covers({ ...two, messages: [...two.messages, { messageId: 'n', sentAt: BEGAN + 1 }] })).toBe(false);
  });
});

describe('a run serves nothing', () => {
  const finding = (reason: Finding['reason']): Finding => ({ reason, message: '' });
  it.each([
    ['of a cluster that it could not read', result([cluster('a', 'unreachable')])],
    ['of a cluster for which the kept endpoints stood in', result([cluster('a', 'kept')])],
    ['when it was only a plan', result([cluster('a')], { mode: 'plan' })],
    ['when it left something for the next run', result([cluster('a')], { findings: [finding('deferred')] })],
    ['when a zone could not be read', result([cluster('a')], { findings: [finding('unreadable')] })],
  ])('%s', (_why, outcome) => {
    const known = createCovered();
    known.note(BEGAN, {}, outcome);
    expect(known.covers(asked(BEGAN - 5_000))).toBe(false);
  });
});

describe('a run for some clusters serves these alone', () => {
  it.each<[string, readonly string[] | undefined, boolean]>([
    ['a run of the shard', undefined, true],
    ['a run for the cluster', ['a'], true],
    ['a run for another one, which read this one for the names that both ask for', ['b'], false],
    ['a run for names of Route 53, which read the clusters that ask for them', [], false],
  ])('%s', (_what, clusters, covered) => {
    const known = createCovered();
    known.note(BEGAN, clusters ? { clusters } : {}, result([cluster('a'), cluster('b')]));
    expect(known.covers(asked(BEGAN - 5_000))).toBe(covered);
  });
});
