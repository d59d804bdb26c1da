import type { Config } from '../config/config.ts';
import type { DnsName, Finding, HostedZone, RecordSet, RunRequest, ZoneState } from '../model/index.ts';
import { selectZones } from '../plan/index.ts';
import {
  type CountedRoute53,
  PAGE,
  Route53Error,
  readHostedZones,
  readNames,
  readZone,
  withTags,
} from '../route53/index.ts';
import { decodeZone, decodeZoneList, encode, encodeZone, type KeptZoneList } from '../state/index.ts';
import { mapLimit } from './parallel.ts';
import type { OpenRun } from './ports.ts';

/** A selected zone with its record sets, kept or read. */
export interface LoadedZone {
  readonly state: ZoneState;
  /** Of the kept copy; absent where there is none yet. */
  readonly version?: string;
  readonly source: 'kept' | 'read';
  /** The record sets before a full read, where an older copy was kept: what differs was changed by somebody else. */
  readonly previous?: ReadonlyMap<DnsName, readonly RecordSet[]>;
  /** Names read again although the copy is kept. */
  readonly reread?: readonly DnsName[];
}

export interface LoadedZones {
  readonly zones: readonly LoadedZone[];
  /** Zones that could not be read; the others go on. */
  readonly unreadable: readonly HostedZone[];
  readonly findings: readonly Finding[];
}

const ZONES_AT_ONCE = 6;

export interface LoadOptions {
  /** Read everything anew. */
  readonly fresh: boolean;
  /** Keep the list of zones for the next run. */
  readonly keep: boolean;
  readonly reread?: RunRequest['reread'];
}

/**
 * The selected zones. With `fresh` (a forced run) everything is read anew; otherwise a kept copy serves until the refresh
 * interval has passed. In a plan nothing is written, not even the copy.
 */
export async function loadZones(run: OpenRun, route53: CountedRoute53, options: LoadOptions): Promise<LoadedZones> {
  const all = await listZones(run, route53, options);
  const selected = selectZones(all, run.config.zones);
  const findings: Finding[] = selected.length > 0 ? [] : [noneSelected(all)];
  const unreadable: HostedZone[] = [];
  const zones: LoadedZone[] = [];
  let done = 0;
  await mapLimit(selected, ZONES_AT_ONCE, async zone => {
    try {
      zones.push(await loadZone(zone, run, route53, options));
    } catch (error) {
      unreadable.push(zone);
      findings.push({
        reason: 'unreadable',
        message: `the hosted zone ${zone.name} (${zone.id}) could not be read: ${(error as Error).message}`,
        zone: zone.id,
      });
    }
    run.onProgress?.({ stage: 'zones', done: ++done, of: selected.length });
  });
  const byId = (a: HostedZone, b: HostedZone) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1);
  return { zones: zones.sort((a, b) => byId(a.state.zone, b.state.zone)), unreadable: unreadable.sort(byId), findings };
}

function noneSelected(all: readonly HostedZone[]): Finding {
  const has =
    all.length > 0
      ? `it has ${all
          .slice(0, 5)
          .map(({ name }) => name)
          .join(', ')}${all.length > 5 ? ', …' : ''}`
      : 'it has none at all';
  return {
    reason: 'no-zone',
    message: `no hosted zone of the account is selected by what zones of the config says: ${has}`,
  };
}

const ZONE_LIST = 'zones';

async function listZones(run: OpenRun, route53: CountedRoute53, options: LoadOptions): Promise<readonly HostedZone[]> {
  const { clock } = run.ports;
  const { tags } = run.config.zones;
  const tagged = Object.keys(tags).length > 0;
  const kept = await run.kept.read(ZONE_LIST, decodeZoneList);
  const serves = kept.value && (!tagged || kept.value.zones.every(zone => zone.tags));
  if (kept.value && serves && !options.fresh && clock.now() - kept.value.readAt < run.config.state.refreshMs)
    return kept.value.zones;
  const list: KeptZoneList = { zones: await readZoneList(route53, tagged), readAt: clock.now() };
  if (options.keep) {
    const codec = {
      encode: (value: KeptZoneList) => encode('zones', value),
      decode: decodeZoneList,
      merge: (_: KeptZoneList, ours: KeptZoneList) => ours,
    };
    await run.kept.write(ZONE_LIST, list, kept.version, codec);
  }
  return list.zones;
}

/** Tags that cannot be read leave it open which zones are ours: then nothing is done, as with the list itself. */
async function readZoneList(route53: CountedRoute53, tagged: boolean): Promise<HostedZone[]> {
  try {
    const zones = await readHostedZones(route53);
    return tagged ? await withTags(route53, zones) : zones;
  } catch (error) {
    if (!(error instanceof Route53Error)) throw error;
    const { kind, code, message } = error;
    const what = `the hosted zones could not be listed: ${message}`;
    throw new Route53Error(kind, code, `${what}; check the AWS credentials, their rights and the endpoint`, {
      cause: error,
    });
  }
}

const zoneKey = (zone: HostedZone) => `zone/${zone.id}`;

async function loadZone(
  zone: HostedZone,
  run: OpenRun,
  route53: CountedRoute53,
  options: LoadOptions,
): Promise<LoadedZone> {
  const kept = await run.kept.read(zoneKey(zone), decodeZone);
  const usable = kept.value?.zone.id === zone.id && kept.value.zone.name === zone.name ? kept.value : undefined;
  const version = kept.version === undefined ? {} : { version: kept.version };
  const names = (options.reread ?? []).filter(({ zone: id }) => id === zone.id).flatMap(({ names }) => names);
  const serves = usable && !options.fresh && run.ports.clock.now() < refreshDue(usable, run.config);
  // A name costs a request, and so does a page of the whole zone.
  if (serves && names.length <= 1 + usable.records.size / PAGE) {
    return { ...(await withNamesRead(usable, names, route53)), source: 'kept', ...version };
  }
  const records = await readZone(route53, zone.id);
  return {
    state: {
      zone,
      records,
      readAt: run.ports.clock.now(),
      refusals: usable?.refusals ?? new Map(),
      unwantedSince: usable?.unwantedSince ?? new Map(),
    },
    source: 'read',
    ...(usable && { previous: usable.records }),
    ...version,
  };
}

/** A kept zone in which single names are read again. */
async function withNamesRead(
  state: ZoneState,
  names: readonly DnsName[],
  route53: CountedRoute53,
): Promise<Pick<LoadedZone, 'state' | 'previous' | 'reread'>> {
  if (names.length === 0) return { state };
  const records = new Map(state.records);
  for (const [name, sets] of await readNames(route53, state.zone.id, names)) {
    if (sets.length > 0) records.set(name, sets);
    else records.delete(name);
  }
  return { state: { ...state, records }, previous: state.records, reread: names };
}

/** When a kept zone is read anew: at the refresh interval at the latest, zones spread over its last fifth. */
function refreshDue(state: ZoneState, config: Config): number {
  let hash = 0;
  for (const character of state.zone.id) hash = (hash * 31 + character.charCodeAt(0)) % 1000;
  return state.readAt + config.state.refreshMs * (0.8 + (0.2 * hash) / 1000);
}

/** Keeps a zone after a run. Of a copy that another run wrote meanwhile, all but the names in `touched` is taken over. */
export async function keepZone(
  run: OpenRun,
  state: ZoneState,
  version: string | undefined,
  touched: ReadonlySet<DnsName>,
): Promise<void> {
  const merge = (theirs: ZoneState, ours: ZoneState): ZoneState => {
    const newer = theirs.readAt >= ours.readAt ? theirs : ours;
    const records = new Map(newer.records);
    for (const name of touched) {
      const sets = ours.records.get(name);
      if (sets) records.set(name, sets);
      else records.delete(name);
    }
    return { ...ours, readAt: newer.readAt, records, refusals: new Map([...theirs.refusals, ...ours.refusals]) };
  };
  await run.kept.write(zoneKey(state.zone), state, version, { encode: encodeZone, decode: decodeZone, merge });
}
