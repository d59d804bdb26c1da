import { createHash } from 'node:crypto';
import { ADDRESS_TYPES, type DnsName, type HostedZone, type ZoneId, type ZoneState } from '../model/index.ts';
import { zoneFinder } from '../plan/index.ts';
import { isOwnershipRecord, ownershipName, someOwnership } from '../registry/index.ts';
import { type CachedConcerns, decodeConcerns, encode, shardKey } from '../state/index.ts';
import type { OpenRun } from './ports.ts';
import { isYoung } from './zone-list.ts';
import type { LoadedZone } from './zones.ts';

/**
 * The zones that a shard has to do with: those that contain a name which its clusters ask for, and those that have ownership
 * records of its owners. A run loads these only, so that a zone of many is not read for every shard. Once a day, and when a
 * person forces a run, every zone is looked at.
 */
export interface Concerns {
  readonly zones: ReadonlySet<ZoneId>;
  readonly version?: string;
  readonly cached?: CachedConcerns;
}

const LOOK_AT_ALL = 24 * 3_600_000;

/** Whose records count, how they are told, and in which zones. */
function settingsHash({ config: { clusters, registry, zones } }: OpenRun): string {
  const owners = clusters.map(({ name, owner }) => [name, owner]);
  return createHash('sha256')
    .update(JSON.stringify([owners, registry, zones]))
    .digest('base64url')
    .slice(0, 16);
}

/** Undefined where every zone is to be looked at. */
export async function readConcerns(run: OpenRun, fresh: boolean): Promise<Concerns | { readonly version?: string }> {
  const { value, version } = await run.cache.read(shardKey(run.shard, run.view), decodeConcerns);
  const found = version === undefined ? {} : { version };
  if (fresh || value?.settings !== settingsHash(run) || !isYoung(value.readAt, LOOK_AT_ALL, run.ports.clock.now()))
    return found;
  return { zones: new Set(value.zones), cached: value, ...found };
}

/** The zones that contain one of these names, and those whose apex the ownership records of a loaded zone speak of. */
export function zonesFor(
  names: Iterable<DnsName>,
  selected: readonly HostedZone[],
  loaded: readonly LoadedZone[],
  run: OpenRun,
): ReadonlySet<ZoneId> {
  const find = zoneFinder(selected);
  const ids = new Set<ZoneId>();
  for (const name of names) for (const { id } of find(name)) ids.add(id);
  const parents = new Map(loaded.map(({ state }) => [state.zone.id, state]));
  for (const { id, name } of selected) {
    for (const parent of find(name)) {
      const state = parent.name === name ? undefined : parents.get(parent.id);
      if (state && claimsApex(name, state, run)) ids.add(id);
    }
  }
  return ids;
}

/** Whether a zone has an ownership record of the apex of a zone below it, as ExternalDNS writes it. */
function claimsApex(apex: DnsName, { zone, records }: ZoneState, { naming }: OpenRun): boolean {
  return [apex, ...ADDRESS_TYPES.map(type => ownershipName(apex, type, zone.name, naming))].some(name =>
    (records.get(name) ?? []).some(record => isOwnershipRecord(record, naming)),
  );
}

/** Keeps which zones the shard has to do with, when that has changed or every zone was looked at. */
export async function keepConcerns(
  run: OpenRun,
  found: Concerns | { readonly version?: string },
  loaded: readonly LoadedZone[],
  asked: ReadonlySet<ZoneId>,
): Promise<void> {
  const owners = new Set(run.config.clusters.map(({ owner }) => owner));
  const isOurs = ({ state }: LoadedZone) => someOwnership(state.records, run.naming, ({ owner }) => owners.has(owner));
  const before = 'zones' in found ? found.zones : new Set<ZoneId>();
  const zones = new Set([
    ...[...before].filter(id => !loaded.some(({ state }) => state.zone.id === id)),
    ...loaded.filter(zone => asked.has(zone.state.zone.id) || isOurs(zone)).map(({ state }) => state.zone.id),
  ]);
  const all = !('zones' in found);
  if (!all && zones.size === before.size && [...zones].every(id => before.has(id))) return;
  const readAt = 'cached' in found && found.cached ? found.cached.readAt : run.ports.clock.now();
  const value: CachedConcerns = { zones: [...zones].sort(), settings: settingsHash(run), readAt };
  await run.cache.write(shardKey(run.shard, run.view), value, found.version, {
    encode: (concerns: CachedConcerns) => encode('concerns', concerns),
    decode: decodeConcerns,
    merge: (theirs: CachedConcerns, ours: CachedConcerns) => ({
      ...ours,
      zones: [...new Set([...theirs.zones, ...ours.zones])].sort(),
      readAt: Math.min(theirs.readAt, ours.readAt),
    }),
  });
}
