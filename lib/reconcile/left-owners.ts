import type { Finding, OwnerId, ZoneId, ZoneState } from '../model/index.ts';
import { describeLeft } from '../plan/index.ts';
import { byClusters, type Configured, leftNames } from '../registry/index.ts';
import { decodeZone, type FormerOwner, type SelectedZone, zoneKey } from '../state/index.ts';
import type { ViewOfWorld } from './world.ts';
import { openCopy } from './zone-copy.ts';

// What a cluster has whose owner id leaves the config with it is another owner's from then on: nothing of it is frozen or counted as
// not published, and it would be forgotten in silence. After a while it is meant: what writes under the id is something else.

/** So long it is told. */
const TOLD_MS = 30 * 24 * 3_600_000;

/** The owner ids that a zone had and that left the config lately. */
export function formerOwners(
  before: SelectedZone | undefined,
  owners: ReadonlySet<OwnerId>,
  now: number,
): readonly FormerOwner[] {
  const known = new Map((before?.former ?? []).map(one => [one.owner, one]));
  for (const owner of before?.owners ?? []) if (!known.has(owner)) known.set(owner, { owner, since: now });
  return [...known.values()].filter(({ owner, since }) => !owners.has(owner) && now - since < TOLD_MS);
}

/** Zones whose copies are read for it: each costs a look at the state store. */
const MOST = 20;

/** Tells, a finding for each owner id and its clusters, of what still stands under the ids that left. Route 53 is not asked. */
export async function leftOwners(
  views: readonly ViewOfWorld[],
  zones: ReadonlyMap<ZoneId, SelectedZone>,
  configured: Configured,
): Promise<Finding[]> {
  const former = [...zones.values()].flatMap(({ id, former: some }) => (some ? [{ id, owners: some }] : []));
  const names = await Promise.all(
    former.slice(0, MOST).flatMap(({ id, owners }) =>
      views
        .filter(({ world }) => world.selected.some(zone => zone.id === id))
        .map(async view => {
          const state = await stateOf(id, view);
          const left = state ? leftNames(state, view.run.naming, configured) : [];
          return left.filter(name => owners.some(({ owner }) => owner === name.owner));
        }),
    ),
  );
  return byClusters(names.flat()).map(left => {
    const { found, advice } = describeLeft(left, false);
    return { reason: 'warning', message: `${left.clusters.join(' or ')}: ${found}; ${advice}` };
  });
}

/** What a run has read, or, of a zone with which it has nothing to do, what is kept. */
async function stateOf(id: ZoneId, { run, world }: ViewOfWorld): Promise<ZoneState | undefined> {
  const loaded = world.zones.find(({ state }) => state.zone.id === id);
  if (loaded) return loaded.state;
  const { value: copy } = await run.cache.read(zoneKey(id), decodeZone);
  return copy && openCopy(copy, run.shard);
}
