import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import type {
  AffixSettings,
  DnsName,
  Finding,
  HostedZone,
  RecordSet,
  RunRequest,
  ZoneId,
  ZoneState,
} from '../model/index.ts';
import { isSameSet, sameRecord } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import {
  isOwnershipRecord,
  lookedAgain,
  meantBefore,
  ownershipName,
  readOlderName,
  readOwnershipName,
  unprovenApex,
  unprovenIn,
  withTwin,
} from '../registry/index.ts';
import { type CountedRoute53, PAGE, Route53Error, readNames, readZone } from '../route53/index.ts';
import { decodeZone, type ZoneCopy, zoneKey } from '../state/index.ts';
import type { OpenRun } from './ports.ts';
import { type Edits, newState, noEdits, openCopy, withFleet } from './zone-copy.ts';
import { isYoung } from './zone-list.ts';

/** A selected zone with its record sets, kept or read. */
export interface LoadedZone {
  readonly state: ZoneState;
  readonly source: 'kept' | 'read';
  /** What was read beyond the kept copy. */
  readonly edits: Edits;
  /** The kept copy as found, with its version; absent where there is none that can be used. */
  readonly copy?: ZoneCopy;
  readonly version?: string;
  /** The record sets before a read, where an older copy was kept: what differs was changed by somebody else. */
  readonly previous?: ReadonlyMap<DnsName, readonly RecordSet[]>;
}

export interface LoadedZones {
  readonly zones: readonly LoadedZone[];
  /** Zones that could not be read; the others go on. */
  readonly unreadable: readonly HostedZone[];
  /** Zones that are listed and do not exist (any more). */
  readonly missing: readonly HostedZone[];
  readonly findings: readonly Finding[];
}

const ZONES_AT_ONCE = 6;

export interface LoadOptions {
  /** Read everything anew. */
  readonly fresh: boolean;
  readonly reread?: RunRequest['reread'];
}

/**
 * Loads hosted zones. With `fresh` (a forced run) everything is read anew; otherwise a kept copy serves until the refresh
 * interval has passed. In a plan nothing is written, not even the copy.
 */
export async function loadZones(
  zones: readonly HostedZone[],
  run: OpenRun,
  route53: CountedRoute53,
  options: LoadOptions,
): Promise<LoadedZones> {
  const findings: Finding[] = [];
  const unreadable: HostedZone[] = [];
  const missing: HostedZone[] = [];
  const loaded: LoadedZone[] = [];
  let done = 0;
  await mapLimit(zones, ZONES_AT_ONCE, async zone => {
    try {
      const one = await loadZone(zone, run, route53, options);
      loaded.push({ ...one, state: withFleet(one.state, run.config.clusters, run.naming) });
    } catch (error) {
      unreadable.push(zone);
      if (error instanceof Route53Error && error.kind === 'missing') missing.push(zone);
      const message = `the hosted zone ${zone.name} (${zone.id}) could not be read: ${(error as Error).message}`;
      findings.push({ reason: 'unreadable', message, zone: zone.id });
    }
    run.onProgress?.({ stage: 'zones', done: ++done, of: zones.length });
  });
  return {
    zones: loaded.sort(byZone),
    unreadable: unreadable.sort(byName),
    missing,
    findings,
  };
}

export const byZone = (a: LoadedZone, b: LoadedZone) => byName(a.state.zone, b.state.zone);

const byName = (a: HostedZone, b: HostedZone) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1);

async function loadZone(
  zone: HostedZone,
  run: OpenRun,
  route53: CountedRoute53,
  options: LoadOptions,
): Promise<LoadedZone> {
  const { value, version } = await run.cache.read(zoneKey(zone.id), decodeZone);
  const copy = value?.zone.id === zone.id && value.zone.name === zone.name ? value : undefined;
  const found = { ...(copy && { copy }), ...(version !== undefined && { version }) };
  const names = namesIn(zone.id, options.reread);
  const serves = copy && !options.fresh && isYoung(copy.readAt, refreshAge(zone, run.config), run.ports.clock.now());
  // A name costs a request, and so does a page of the whole zone.
  if (serves && names.length <= 1 + copy.records.size / PAGE)
    return { ...(await withNamesRead(copy, names, run, route53)), source: 'kept', ...found };
  const records = await readZone(route53, zone.id);
  const now = run.ports.clock.now();
  const edits = { ...noEdits(), whole: true };
  if (!copy) return { state: newState(zone, records, now, affixes(run)), source: 'read', edits, ...found };
  const unproven = unprovenAmong(copy, records, run);
  const state = { ...openCopy(copy, run.shard), records, readAt: now, unproven, ...named(copy, run) };
  return { state, source: 'read', edits, previous: copy.records, ...found };
}

export function namesIn(zone: ZoneId, reread: RunRequest['reread'] = []): readonly DnsName[] {
  return reread.filter(({ zone: id }) => id === zone).flatMap(({ names }) => names);
}

/** Which record sets of a zone that was kept are unproven, now that it, or names of it, were read. */
function unprovenAmong(
  copy: ZoneCopy,
  records: ZoneState['records'],
  { owners, naming }: OpenRun,
): ReadonlySet<string> {
  const looked = lookedAgain(copy.zone, copy.records, records, naming);
  return unprovenIn(looked, copy.unproven, naming, owners);
}

/** The naming of the config, and what a kept zone tells of ownership records that read otherwise since it was changed. */
function named(copy: ZoneCopy, run: OpenRun): Pick<ZoneState, 'naming' | 'meant' | 'lapsed'> {
  const naming = affixes(run);
  const { naming: before } = copy;
  if (before === undefined || isDeepStrictEqual(before, naming))
    return { naming, meant: copy.meant, lapsed: copy.lapsed };
  const misread = new Set([...copy.memory.values()].flatMap(memory => [...memory.misread]));
  const meant = meantBefore({ ...copy, naming: { ...run.naming, ...before }, misread }, run.naming);
  return {
    naming,
    meant,
    lapsed: new Set([...copy.lapsed].filter(id => meant.has(id) && meant.get(id) === copy.meant.get(id))),
  };
}

/** What is kept of the naming: never its keys. */
const affixes = ({ naming: { prefix, suffix, wildcardReplacement } }: OpenRun): AffixSettings => ({
  prefix,
  suffix,
  wildcardReplacement,
});

/** Marks the apex records that a new ownership record in a zone above would make ours; see `unprovenApex`. */
export function distrustAbove(zones: readonly LoadedZone[], { owners, naming }: OpenRun): LoadedZone[] {
  const isBelow = (lower: LoadedZone, parent: LoadedZone) =>
    lower.state.zone.name.endsWith(`.${parent.state.zone.name}`);
  const parents = zones.flatMap(parent => {
    const { state, previous } = parent;
    if (!previous || !zones.some(lower => isBelow(lower, parent))) return [];
    return [{ parent, looked: lookedAgain(state.zone, previous, state.records, naming) }];
  });
  if (parents.length === 0) return [...zones];
  return zones.map(zone => {
    const { state, previous, copy } = zone;
    const before = previous ?? copy?.records;
    if (!before) return zone;
    const lower = { zone: state.zone, before, now: state.records };
    const ids = parents.flatMap(({ parent, looked }) =>
      isBelow(zone, parent) ? [...unprovenApex(lower, looked, naming, owners)] : [],
    );
    return ids.length === 0 ? zone : { ...zone, state: { ...state, unproven: new Set([...state.unproven, ...ids]) } };
  });
}

/** A kept zone in which single names are read again. */
async function withNamesRead(
  copy: ZoneCopy,
  names: readonly DnsName[],
  run: OpenRun,
  route53: CountedRoute53,
): Promise<Pick<LoadedZone, 'state' | 'previous' | 'edits'>> {
  const state = { ...openCopy(copy, run.shard), ...named(copy, run) };
  if (names.length === 0) return { state, edits: noEdits() };
  const records = new Map(copy.records);
  const read = async (some: readonly DnsName[]) => {
    for (const [name, sets] of await readNames(route53, copy.zone.id, some)) {
      if (sets.length > 0) records.set(name, sets);
      else records.delete(name);
    }
  };
  const looked = new Set<DnsName>();
  const readOnce = async (some: readonly DnsName[]) => {
    const more = [...new Set(some)].filter(name => !looked.has(name));
    for (const name of more) looked.add(name);
    if (more.length > 0) await read(more);
  };
  await readOnce(names);
  await readOnce(spokenOfByNew(copy, records, names, run));
  await readOnce(ownershipOfNew(copy, records, [...looked], run));
  const unproven = unprovenAmong(copy, records, run);
  return {
    state: { ...state, records, unproven },
    previous: copy.records,
    edits: { ...noEdits(), names: looked },
  };
}

/** What ownership records that were not known speak of: without it they would seem to be of nothing, and left over. */
function spokenOfByNew(copy: ZoneCopy, now: ZoneState['records'], names: readonly DnsName[], { naming }: OpenRun) {
  const isNew = (set: RecordSet) => !copy.records.get(set.name)?.some(other => sameRecord(other, set));
  const fresh = names.filter(name => now.get(name)?.some(set => isOwnershipRecord(set, naming) && isNew(set)));
  return fresh.flatMap(txt => {
    const read = readOwnershipName(txt, copy.zone.name, naming);
    const older = read && readOlderName(read, txt, copy.zone.name, naming);
    return [read, older].flatMap(one => (one ? withTwin(one.name, naming) : []));
  });
}

/** The ownership records of record sets that were not known: read with them, they do not seem to have come later. */
function ownershipOfNew(copy: ZoneCopy, now: ZoneState['records'], names: readonly DnsName[], { naming }: OpenRun) {
  const fresh = names.flatMap(name =>
    (now.get(name) ?? []).filter(
      set => !isOwnershipRecord(set, naming) && !copy.records.get(name)?.some(other => isSameSet(other, set)),
    ),
  );
  const owning = fresh.map(({ name, type }) => ownershipName(name, type, copy.zone.name, naming));
  return [...new Set(owning)].filter(name => name.split('.').every(label => label.length <= 63));
}

/** The age at which a kept zone is read anew: the refresh interval at the latest, zones spread over its last fifth. */
function refreshAge({ id }: HostedZone, config: Config): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) % 1000;
  return config.state.refreshMs * (0.8 + (0.2 * hash) / 1000);
}
