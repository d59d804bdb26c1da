import { describe, expect, it, test } from 'vitest';
import type { Finding, Reason, RunResult } from '../../lib/model/index.ts';
import { withBoundedFindings } from '../../lib/reconcile/told.ts';
import { decodeSnapshot } from '../../lib/state/index.ts';
import { harness } from '../support/harness.ts';
import { ingress, NLB, type service } from '../support/objects.ts';

const names = (count: number, domain = 'elsewhere.test') => Array.from({ length: count }, (_, i) => `h${i}.${domain}`);
const prod = (...objects: ReturnType<typeof service>[]) => harness({ clusters: { prod: { objects } } });

describe('an object that names many hosts outside of the zones', () => {
  it('has one finding, with the count and the first names', async () => {
    const result = await prod(ingress('web', names(50), [NLB])).run();
    expect(result.findings).toEqual([
      expect.objectContaining({
        reason: 'filtered',
        object: { cluster: 'prod', kind: 'ingress', namespace: 'default', name: 'web' },
        count: 50,
        message: expect.stringMatching(/50 findings of this reason \(h0\.elsewhere\.test, \S+, \S+, …\)$/),
      }),
    ]);
    expect(result.findings[0]).not.toHaveProperty('name');
    expect(result.reasons).toEqual({ filtered: 50 });
  });

  it('has one a name where they are few', async () => {
    const result = await prod(ingress('web', names(20), [NLB])).run();
    expect(result.findings.map(({ name }) => name).sort()).toEqual(names(20).sort());
    expect(result.findings.every(finding => finding.count === undefined)).toBe(true);
  });
});

test('an object whose names all wait counts with all of them, in the run and in what is kept of it', async () => {
  const world = prod(ingress('web', names(50, 'example.com'), []));
  const result = await world.run();
  expect(result.findings).toEqual([expect.objectContaining({ reason: 'no-target', count: 50 })]);
  expect(result.reasons).toEqual({ 'no-target': 50 });
  expect(result.counts.unpublished).toBe(50);
  const kept = await world.state.get('cluster/prod');
  if (!kept || kept === 'unchanged') throw new Error('nothing was kept');
  expect(decodeSnapshot(kept.bytes)?.unpublished).toBe(50);
});

const finding = (reason: Reason, namespace: string, name: string): Finding => ({
  reason,
  message: `${name} is not published`,
  object: { cluster: 'prod', kind: 'service', namespace, name },
});
const bounded = (findings: readonly Finding[], most: number) =>
  withBoundedFindings({ findings } as unknown as RunResult, most).findings;
const each = (count: number, reason: Reason, namespace: string) =>
  Array.from({ length: count }, (_, i) => finding(reason, namespace, `${namespace}${i}`));

describe('a result keeps so many findings', () => {
  it('as few as there are stay as they are', () => {
    const findings = each(10, 'invalid', 'shop');
    expect(bounded(findings, 10)).toBe(findings);
  });

  it('and says of each reason how many are left out', () => {
    const kept = bounded([...each(30, 'invalid', 'shop'), ...each(7, 'filtered', 'shop')], 10);
    expect(kept).toHaveLength(12);
    expect(kept.slice(10)).toEqual([
      { reason: 'invalid', count: 20, message: expect.stringMatching(/^20 more findings .* left out/) },
      { reason: 'filtered', count: 7, message: expect.stringMatching(/^7 more/) },
    ]);
  });

  it('no namespace hides another, and what is mild hides nothing', () => {
    const kept = bounded(
      [...each(1_000, 'filtered', 'noisy'), ...each(1_000, 'invalid', 'noisy'), ...each(3, 'refused', 'quiet')],
      8,
    );
    const of = (namespace: string) => kept.filter(({ object }) => object?.namespace === namespace).length;
    expect([of('noisy'), of('quiet')]).toEqual([5, 3]);
    expect(kept.filter(({ reason, object }) => reason === 'filtered' && object)).toEqual([]);
  });

  it('2,000 unless told otherwise', () => {
    const { findings } = withBoundedFindings({ findings: each(5_000, 'invalid', 'shop') } as unknown as RunResult);
    expect(findings).toHaveLength(2_001);
    expect(findings.at(-1)).toMatchObject({ reason: 'invalid', count: 3_000 });
  });
});

it('findings of one object that differ in their reason are counted apart', () => {
  const same = (reason: Reason, count: number) => Array.from({ length: count }, () => finding(reason, 'shop', 'web'));
  const kept = bounded([...same('invalid', 21), ...same('conflict', 2)], 100);
  expect(kept.map(({ reason, count }) => [reason, count])).toEqual([
    ['invalid', 21],
    ['conflict', undefined],
    ['conflict', undefined],
  ]);
});

describe('a result that leaves findings out has all of them in groups', () => {
  const groupsIn = (findings: readonly Finding[], most: number) =>
    withBoundedFindings({ findings } as unknown as RunResult, most).groups;
  const held = (i: number, zone = 'Z1'): Finding => {
    const name = `h${String(i).padStart(5, '0')}.example.com`;
    const former = { cluster: 'prod', kind: 'service', namespace: `team-${i % 3}`, name: 'web' };
    return { reason: 'held', message: `${name} is held`, name, zone, former, cluster: 'prod' };
  };

  it('50,000 held names, by namespace, with the first names; and none where nothing was left out', () => {
    const all = Array.from({ length: 50_000 }, (_, i) => held(i));
    const groups = groupsIn(all, 2_000) ?? [];
    expect(groups.map(({ names: _, ...rest }) => rest)).toEqual([
      { reason: 'held', cluster: 'prod', namespace: 'team-0', zone: 'Z1', count: 16_667 },
      { reason: 'held', cluster: 'prod', namespace: 'team-1', zone: 'Z1', count: 16_667 },
      { reason: 'held', cluster: 'prod', namespace: 'team-2', zone: 'Z1', count: 16_666 },
    ]);
    expect(groups[1]?.names).toHaveLength(10);
    expect(groups[1]?.names.slice(0, 2)).toEqual(['h00001.example.com', 'h00004.example.com']);
    expect(groupsIn(all.slice(0, 100), 2_000)).toBeUndefined();
    expect(groupsIn(each(50, 'invalid', 'shop'), 2_000)).toBeUndefined();
  });

  it('bounded: the largest by themselves, the rest of a reason together, and no finding is lost', () => {
    const large = Array.from({ length: 10 }, (_, i) => held(i, 'Z-large'));
    const groups = groupsIn([...Array.from({ length: 3_000 }, (_, i) => held(0, `Z${i}`)), ...large], 2_000) ?? [];
    expect(groups).toHaveLength(501);
    expect(groups[0]).toMatchObject({ zone: 'Z-large', count: 4 });
    expect(groups.at(-1)).toMatchObject({ reason: 'held', names: ['h00000.example.com'] });
    expect(groups.at(-1)).not.toHaveProperty('cluster');
    expect(groups.reduce((total, { count }) => total + count, 0)).toBe(3_010);
  });
});
