import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { Finding, HostedZone } from '../model/index.ts';
import { filtersWithoutZone, type LeftOutZone, selectZones, zoneLeftOutBy } from '../plan/index.ts';
import { type CountedRoute53, Route53Error, readHostedZones, withTags } from '../route53/index.ts';
import { firstAndCount } from '../shown.ts';
import { type CachedZoneList, decodeZoneList, encode } from '../state/index.ts';
import type { OpenRun } from './ports.ts';

/** The zones that the config selects, and those that it leaves out. */
export interface SelectedZones {
  /** Every hosted zone of the account. */
  readonly all: readonly HostedZone[];
  readonly selected: readonly HostedZone[];
  readonly leftOut: readonly LeftOutZone[];
}

/** The lists of hosted zones of one run, by the key under which they are kept: views of one role see the same. */
export type ZoneLists = Map<string, Promise<readonly HostedZone[]>>;

export async function selectedZones(
  run: OpenRun,
  route53: CountedRoute53,
  options: { readonly fresh: boolean; readonly keep: boolean },
  lists: ZoneLists = new Map(),
): Promise<SelectedZones> {
  const key = zoneListKey(run.config);
  const listing = lists.get(key) ?? listZones(run, route53, options);
  lists.set(key, listing);
  const all = await listing;
  return { all, ...sortOut(all, run.config.zones) };
}

/** What the list that is kept selects, however old it is; none where none is. */
export async function keptSelection(run: OpenRun): Promise<Pick<SelectedZones, 'selected'>> {
  const { value } = await run.cache.read(zoneListKey(run.config), decodeZoneList);
  return sortOut(value?.zones ?? [], run.config.zones);
}

/**
 * A finding where nothing is selected, or for each domain of the filter that has no zone, and each id that is none.
 *
 * @param selections what each view selects: a domain that all of them inherit has its zone in one
 */
export function withoutZones(
  { all, selected, leftOut }: SelectedZones,
  zones: Config['zones'],
  selections: readonly (readonly HostedZone[])[],
): Finding[] {
  if (selected.length === 0) return [noneSelected(all, leftOut)];
  return filtersWithoutZone(all, zones, selections.flat()).map(({ field, found, advice }) => ({
    reason: 'warning',
    message: `${field}: ${found}: ${advice}`,
    field,
  }));
}

/** The zones that a filter selects, and why it leaves out the others. */
export function sortOut(
  all: readonly HostedZone[],
  filter: Config['zones'],
): Pick<SelectedZones, 'selected' | 'leftOut'> {
  const leftOut = all.flatMap(zone => {
    const key = zoneLeftOutBy(zone, filter);
    return key === undefined ? [] : [{ zone, key }];
  });
  return { selected: selectZones(all, filter), leftOut };
}

function noneSelected(all: readonly HostedZone[], leftOut: readonly LeftOutZone[]): Finding {
  const left = ({ zone, key }: LeftOutZone) =>
    `${zone.name} (${zone.private ? 'private' : 'public'}, left out by ${key})`;
  const has = all.length > 0 ? `it has ${firstAndCount(leftOut, 5, left)}` : 'it has none at all';
  return { reason: 'no-zone', message: `no hosted zone of the account is selected by zones of the config: ${has}` };
}

/** Zones of another account are other zones: the list is kept by the role that reaches them. */
export function zoneListKey({ zones: { roleArn } }: Config): string {
  if (roleArn === undefined) return 'zones';
  return `zones-${createHash('sha256').update(roleArn).digest('hex').slice(0, 16)}`;
}

/** A bucket's lifecycle rule may delete what was not written for a month: what is in use is written again before. */
export const WRITE_ANEW = 7 * 24 * 3_600_000;

/** Whether something read at `readAt` is younger than `ageMs`. A time from the future is not believed. */
export function isYoung(readAt: number, ageMs: number, now: number): boolean {
  return readAt <= now && now - readAt < ageMs;
}

async function listZones(
  run: OpenRun,
  route53: CountedRoute53,
  options: { readonly fresh: boolean; readonly keep: boolean },
): Promise<readonly HostedZone[]> {
  const now = run.ports.clock.now();
  const { tagged } = run;
  const key = zoneListKey(run.config);
  const cached = await run.cache.read(key, decodeZoneList);
  const sought = soughtOf(run);
  const knows = (value: CachedZoneList) => sought.every(text => value.sought?.includes(text));
  const serves = cached.value && knows(cached.value) && (!tagged || cached.value.zones.every(zone => zone.tags));
  if (cached.value && serves && !options.fresh && isYoung(cached.value.readAt, run.config.state.refreshMs, now))
    return cached.value.zones;
  const list: CachedZoneList = { zones: await readZoneList(route53, tagged), sought, readAt: now };
  if (options.keep) {
    const codec = {
      encode: (value: CachedZoneList) => encode('zones', value),
      decode: decodeZoneList,
      merge: (_: CachedZoneList, ours: CachedZoneList) => ours,
    };
    await run.cache.write(key, list, cached.version, codec);
  }
  return list.zones;
}

/** The domains and ids of all views that the list is for: who adds one expects its zone to be found by the next run. */
function soughtOf({ views, config }: OpenRun): string[] {
  const own = views.filter(view => zoneListKey(view) === zoneListKey(config));
  return [...new Set(own.flatMap(({ zones: { domains, ids } }) => [...domains, ...ids]))].sort();
}

/** Tags that cannot be read leave it open which zones are ours: then nothing is done, as with the list itself. */
async function readZoneList(route53: CountedRoute53, tagged: boolean): Promise<HostedZone[]> {
  try {
    const zones = await readHostedZones(route53);
    return tagged ? await withTags(route53, zones) : zones;
  } catch (error) {
    if (!(error instanceof Route53Error)) throw error;
    const { kind, code, message } = error;
    // What is wrong with the way is said; no credentials would mend it.
    const advice = error.isLost ? '' : '; check the AWS credentials, their rights and the endpoint';
    throw new Route53Error(kind, code, `the hosted zones could not be listed: ${message}${advice}`, { cause: error });
  }
}
