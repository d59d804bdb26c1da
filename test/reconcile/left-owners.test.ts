import { beforeEach, describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const ZONES = 'zones: {domains: [example.com]}\n';
const PROD = '{name: prod, owner: arena, region: us-east-1}';
const OLD = '{name: old, owner: old-id, region: us-east-1}';
const BOTH = `clusters: [${PROD}, ${OLD}]\n${ZONES}`;
const ALONE = `clusters: [${PROD}]\n${ZONES}`;
const DAY = 24 * 3_600_000;

const told = ({ findings }: RunResult) => findings.filter(({ message }) => message.includes('is not in the config'));
const LEFT = {
  reason: 'warning',
  message:
    'old: its owner id "old-id" is not in the config any more, and 2 names have records of it, which stay as they are: a.example.com, b.example.com; put it back with its owner id (owner, or clusters[].owner); or, to have removed what it left: fairlead transfer --from old-id --unasked, then a run',
};

let world: Harness;
beforeEach(async () => {
  const names = ['a.example.com', 'b.example.com'];
  const objects = names.map(hostname => service(hostname.slice(0, 1), { hostname }, ['203.0.113.1']));
  world = harness({ config: BOTH, clusters: { prod: { objects: [] }, old: { objects } } });
  await world.run();
  world.config = configOf(ALONE);
});

describe('what stands under an owner id that left the config with its cluster', () => {
  test('is told by each run, of a plan, too, and costs no call and no name its being in step', async () => {
    expect(told(await world.run({ mode: 'plan' }))).toEqual([LEFT]);
    for (const _ of [1, 2]) {
      const result = await world.run();
      expect(told(result)).toEqual([LEFT]);
      expect(result).toMatchObject({ inStep: true, calls: {} });
    }
  });

  test('is told until the owner id is back, or nothing of it stands any more', async () => {
    await world.run();
    world.config = configOf(BOTH);
    expect(told(await world.run())).toEqual([]);
    world.config = configOf(ALONE);
    expect(told(await world.run())).toEqual([LEFT]);
    for (const set of world.json().filter(({ type }) => type === 'A' || type === 'TXT'))
      world.store.change(EXAMPLE_ZONE.id ?? '', [{ action: 'DELETE', recordSet: fromJson(set) }]);
    expect(told(await world.run({ force: true }))).toEqual([]);
  });

  test('is told for a month: then what writes under it is something else', async () => {
    expect(told(await world.run())).toHaveLength(1);
    world.clock.advance(29 * DAY);
    expect(told(await world.run())).toHaveLength(1);
    world.clock.advance(2 * DAY);
    expect(told(await world.run())).toEqual([]);
  });
});
