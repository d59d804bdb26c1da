import { isDeepStrictEqual } from 'node:util';
import type { Finding, RunRequest, ZoneId } from '../model/index.ts';
import { ownedNames } from '../registry/index.ts';
import {
  decodeSelected,
  decodeZone,
  encodeSelected,
  type FormerOwner,
  type LeftBehind,
  leftBehind,
  type SelectedZone,
  selectedKey,
  zoneKey,
} from '../state/index.ts';
import { formerOwners, leftOwners } from './left-owners.ts';
import type { OpenRun } from './ports.ts';
import type { ViewOfWorld } from './world.ts';
import { isYoung, WRITE_ANEW, zoneListKey } from './zone-list.ts';

// A zone that the config selects no longer is read by no run, and what is ours there would be forgotten in silence. So the
// zones that were selected are kept in one list, and of one that left it what is ours is counted in its last copy.

/** So long it is told: what a person does about it in a zone that no run reads cannot be seen. */
const TOLD_MS = 30 * 24 * 3_600_000;
/** Zones that are counted: each costs the reading of a copy. */
const MOST = 20;
/** Names that are kept of a zone. */
const NAMES = 10;

/**
 * Tells, a finding a zone, of what is ours in zones that no view selects any more. It costs one look at the state store (and one more
 * for each such zone), and Route 53 nothing. Only where every view's zones were listed is it known what is selected.
 */
export async function leftZones(
  { mode, clusters: asked }: RunRequest,
  views: readonly ViewOfWorld[],
  whole: boolean,
): Promise<Finding[]> {
  const [{ run } = { run: undefined }] = views;
  if (!run || !whole) return [];
  const { value: before = [], version } = await run.cache.read(selectedKey, decodeSelected);
  const owners = new Set(views.flatMap(view => [...view.run.owners]));
  const known = new Map(before.map(zone => [zone.id, zone]));
  const selected = selectedNow(views, zone => formerOwners(known.get(zone), owners, run.ports.clock.now()));
  const former = before.filter(zone => !selected.has(zone.id) && mayStand(zone, views));
  const counted = await Promise.all(former.slice(0, MOST).map(zone => withLeft(zone, run)));
  const left = counted.filter(zone => zone.left.count > 0 && run.ports.clock.now() - zone.left.since < TOLD_MS);
  const keptAt = keptAtOf(before, run.ports.clock.now());
  const now = [...selected.values(), ...left, ...former.slice(MOST)]
    .map(zone => ({ ...zone, keptAt }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  // A copy that could not be read just now is not without names.
  if (mode === 'sync' && run.cache.faults.size === 0 && !isDeepStrictEqual(before, now)) {
    await run.cache.write(selectedKey, now, version, { encode: encodeSelected, decode: decodeSelected, merge });
  }
  const clusters = new Set(views.flatMap(view => view.run.config.clusters.map(({ name }) => name)));
  // One shard tells of zones for all; what clusters an owner id had, its own remembers.
  const zones = run.shard === (run.config.shards[0]?.name ?? run.shard) ? left.map(told) : [];
  // A run for some clusters costs what changed in them.
  if (asked !== undefined) return zones;
  return [...zones, ...(await leftOwners(views, selected, { owners, clusters }))];
}

/** The list is written when it differs, or is so old: another time makes it differ. */
function keptAtOf(before: readonly SelectedZone[], now: number): number {
  const oldest = Math.min(...before.map(({ keptAt = 0 }) => keptAt));
  return isYoung(oldest, WRITE_ANEW, now) ? oldest : now;
}

/** What another run wrote meanwhile, or this one could not read, is not forgotten. */
const merge = (theirs: readonly SelectedZone[], ours: readonly SelectedZone[]) => [
  ...ours,
  ...theirs.filter(({ id }) => !ours.some(zone => zone.id === id)),
];

function told({ id, name, left }: SelectedZone & { readonly left: LeftBehind }): Finding {
  const { found, advice } = leftBehind(left);
  return { reason: 'warning', message: `the hosted zone ${name} (${id}): ${found}; ${advice}`, zone: id };
}

function selectedNow(
  views: readonly ViewOfWorld[],
  formerOf: (zone: ZoneId) => readonly FormerOwner[],
): Map<ZoneId, SelectedZone> {
  const zones = new Map<ZoneId, SelectedZone>();
  for (const { run, world } of views) {
    const owners = [...run.owners].sort();
    for (const { id, name } of world.selected) {
      const former = formerOf(id);
      zones.set(id, { id, name, owners, list: zoneListKey(run.config), ...(former.length > 0 && { former }) });
    }
  }
  return zones;
}

/** False where the account's list, which a run of today sees, has the zone no longer. */
const mayStand = ({ id, list }: SelectedZone, views: readonly ViewOfWorld[]) =>
  views.every(({ run, world }) => zoneListKey(run.config) !== list || world.all.some(zone => zone.id === id));

/** Counted anew each time: the copy is another one when a command has released some. */
async function withLeft(zone: SelectedZone, run: OpenRun): Promise<SelectedZone & { readonly left: LeftBehind }> {
  const { value: copy } = await run.cache.read(zoneKey(zone.id), decodeZone);
  const names = copy ? ownedNames(copy, { ...run.naming, ...copy.naming }, new Set(zone.owners)) : [];
  const since = zone.left?.since ?? run.ports.clock.now();
  return { ...zone, left: { since, count: names.length, names: names.slice(0, NAMES) } };
}
