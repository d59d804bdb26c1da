import { ago } from '../ago.ts';
import type { Config } from '../config/config.ts';
import { type ConfigOfView, configsOf, zoneOfSeveral } from '../config/index.ts';
import { groupBy } from '../group.ts';
import { type Check, type DnsName, type HostedZone, nameOfKey, type ZoneId } from '../model/index.ts';
import { filtersWithoutZone, isUnknownIPv6, selectZones, within, zoneLeftOutBy } from '../plan/index.ts';
import { reasonOf } from '../reason.ts';
import { Route53Error, type Route53Port, readHostedZones, withTags } from '../route53/index.ts';
import { firstAndCount } from '../shown.ts';
import { decodeSelected, decodeZone, leftBehind, selectedKey, type ZoneCopy, zoneKey } from '../state/index.ts';
import { adviceOn } from './advice.ts';
import { checksOf } from './check.ts';
import { keptIn } from './kept-in.ts';
import type { DoctorPorts } from './ports.ts';

/** Zones that are looked at one by one; each costs four requests. */
const LOOKED_AT = 50;

/** Of a zone's quota, from where on a person should know. */
const NEARLY_FULL = 0.9;

/** The zones that each view selects: their rights, their delegation, their room. Nothing is changed. */
export async function zoneChecks(config: Config, ports: DoctorPorts): Promise<Check[]> {
  const all = await Promise.all(configsOf(config).map(view => viewChecks(view, ports)));
  const selected = all.flatMap(one => one.selected);
  const reached = selected.map(({ zone }) => zone);
  const fitNothing = all.flatMap(({ listed, filter }) =>
    listed.length === 0 ? [] : filtersWithoutZone(listed, filter, reached),
  );
  const several = [...groupBy(selected, ({ zone }) => zone.id).values()].filter(({ length }) => length > 1);
  const ids = new Set(selected.map(({ zone }) => zone.id));
  return [
    ...all.flatMap(one => one.checks),
    ...fitNothing.map(({ field, found, advice }) => checksOf('zones', field).doubt(found, advice)),
    ...several.map(contested),
    ...(await left(ids, ports)),
  ];
}

/** What the last run found to be ours in zones that are selected no longer. */
async function left(selected: ReadonlySet<ZoneId>, { store }: DoctorPorts): Promise<Check[]> {
  // That the state cannot be read, its own checks tell.
  const zones = (await keptIn(store, selectedKey, decodeSelected).catch(() => undefined)) ?? [];
  return zones.flatMap(({ id, name, left: behind }) => {
    if (!behind || selected.has(id)) return [];
    const { found, advice } = leftBehind(behind);
    return [checksOf('zones', `${name} (${id})`).doubt(found, advice)];
  });
}

interface SelectedBy {
  readonly view?: string;
  readonly zone: HostedZone;
}

function contested(some: readonly SelectedBy[]): Check {
  const [{ zone }] = some as [SelectedBy];
  const { why, advice } = zoneOfSeveral(some.map(({ view }) => view));
  return checksOf('zones', titleOf(zone)).bad(`it is ${why}`, advice);
}

interface OfView {
  readonly checks: readonly Check[];
  readonly filter: Config['zones'];
  /** The hosted zones of the account; none where they could not be listed, or none is selected, which is told. */
  readonly listed: readonly HostedZone[];
  readonly selected: readonly SelectedBy[];
}

async function viewChecks({ view, config }: ConfigOfView, given: DoctorPorts): Promise<OfView> {
  const route53 = view === undefined ? given.route53 : (given.zonesOf?.(view) ?? given.route53);
  const ports = { ...given, route53 };
  const { bad, ...others } = checksOf('zones', view === undefined ? 'Route 53' : `Route 53, view ${view}`);
  const failed = (check: Check) => ({ checks: [check], filter: config.zones, listed: [], selected: [] });
  let selected: HostedZone[];
  let all: HostedZone[];
  try {
    all = await readHostedZones(ports.route53);
    if (Object.keys(config.zones.tags).length > 0) all = await withTags(ports.route53, all);
    selected = selectZones(all, config.zones);
  } catch (error) {
    return failed(
      bad(
        reasonOf(error),
        adviceOn(error, 'let the caller have route53:ListHostedZones (and ListTagsForResources for zones.tags)'),
      ),
    );
  }
  if (selected.length === 0) {
    const left = all.slice(0, 5).map(zone => `${zone.name} by ${zoneLeftOutBy(zone, config.zones) ?? 'nothing'}`);
    const found =
      all.length === 0 ? 'the account has no hosted zone' : `no hosted zone is selected; left out: ${left.join(', ')}`;
    return failed(bad(found, 'mend `zones` in the config, or look with credentials of the account that has the zones'));
  }
  const looked = await Promise.all(selected.slice(0, LOOKED_AT).map(zone => oneZone(zone, config, ports)));
  const more = selected.length - LOOKED_AT;
  const { ok, unknown } = others;
  const checks = [
    ok(`${selected.length} of ${all.length} hosted zones are selected`),
    ...looked.flat(),
    ...(more > 0 ? [unknown(`${more} more zones were not looked at one by one`)] : []),
  ];
  const filter = config.zones;
  return {
    checks,
    filter,
    listed: all,
    selected: selected.map(zone => ({ zone, ...(view !== undefined && { view }) })),
  };
}

const titleOf = ({ name, id, private: hidden }: HostedZone) => `${name} (${hidden ? 'private, ' : ''}${id})`;

async function oneZone(zone: HostedZone, config: Config, ports: DoctorPorts): Promise<Check[]> {
  return [
    await readable(zone, ports),
    await writable(zone, config, ports),
    await room(zone, ports),
    ...(await delegation(zone, ports)),
    ...(await keptCopy(zone, config, ports)),
  ];
}

async function readable(zone: HostedZone, { route53 }: DoctorPorts): Promise<Check> {
  const { ok, bad } = checksOf('zones', titleOf(zone));
  try {
    await route53.listRecordSets(zone.id, undefined, 1);
    return ok('its record sets can be read');
  } catch (error) {
    return bad(reasonOf(error), adviceOn(error, `let the caller have route53:ListResourceRecordSets on ${zone.id}`));
  }
}

/**
 * Asks to delete a record set that nobody has. Route 53 looks at the rights first: it refuses the change as wrong where it
 * would allow it, and denies it where it would not.
 */
async function writable(zone: HostedZone, { zones }: Config, { route53, random }: DoctorPorts): Promise<Check> {
  const { ok, bad, unknown, unseen } = checksOf('zones', titleOf(zone));
  // The role may be allowed the names of `zones.domains` only.
  const domain = zones.domains.map(name => name.replace(/^\./, '')).find(name => within(name, zone.name)) ?? zone.name;
  const name = `_fairlead-doctor-${random()}.${domain}` as DnsName;
  try {
    await route53.changeRecordSets(zone.id, [
      { action: 'DELETE', record: { name, type: 'TXT', ttl: 300, values: ['"doctor"'] } },
    ]);
    return unknown(`a record set that nobody can have was deleted: ${name}`);
  } catch (error) {
    if (!(error instanceof Route53Error)) throw error;
    if (error.kind === 'rejected') return ok('its record sets can be changed');
    if (error.kind !== 'denied') return unseen(error, 'look again in a minute');
    return bad(
      reasonOf(error),
      `let the caller have route53:ChangeResourceRecordSets on ${zone.id} for names under ${domain}`,
    );
  }
}

async function room(zone: HostedZone, { route53 }: DoctorPorts): Promise<Check> {
  const { ok, doubt, unseen } = checksOf('zones', titleOf(zone));
  try {
    const { limit, count } = await route53.recordSetLimit(zone.id);
    const found = `${count} of ${limit} record sets are in use`;
    return count < limit * NEARLY_FULL ? ok(found) : doubt(found, 'ask AWS for a higher quota, or split the zone');
  } catch (error) {
    const right = 'allow route53:GetHostedZoneLimit, if it is to be watched';
    return unseen(error, right, 'its quota cannot be read: ');
  }
}

/** Why not, the state's own checks tell. */
const UNREADABLE = 'unreadable' as const;

/** A zone is read in full by the first run after `state.refresh`: an old copy says that there are no runs. */
async function keptCopy({ id, ...zone }: HostedZone, { state }: Config, { store, now }: DoctorPorts): Promise<Check[]> {
  if (state.store.kind === 'memory') return [];
  const { ok, doubt, unknown } = checksOf('zones', titleOf({ id, ...zone }));
  const copy = await keptIn(store, zoneKey(id), decodeZone).catch(() => UNREADABLE);
  if (copy === UNREADABLE) return [unknown('when a run read it last is not known: the state cannot be read')];
  if (copy === undefined) return [unknown('no run has read it yet, as far as the state knows')];
  const said = `a run read it in full ${ago(copy.readAt, now())}`;
  const late = now() - copy.readAt > 2 * state.refreshMs + HOUR;
  const read = late ? doubt(said, 'is the schedule on? docs/runbook.md, AlarmNoRuns') : ok(said);
  return [read, ...refusals(copy, titleOf({ id, ...zone }))];
}

/** What Route 53 refused of the last runs' changes, in its own words. */
function refusals({ zone, memory }: ZoneCopy, title: string): Check[] {
  const refused = [...memory.values()].flatMap(shard => [...shard.refusals]);
  // An A that stands without an AAAA is no fault.
  const told = refused.filter(([, { message }]) => !isUnknownIPv6(message, zone.id));
  if (told[0] === undefined) return [];
  const names = [...new Set(told.map(([key]) => nameOfKey(key)))];
  const found = `Route 53 refused ${firstAndCount(names, 5)}: ${told[0][1].message}`;
  return [checksOf('zones', title).doubt(found, `fairlead explain "${names[0]}"`)];
}

const HOUR = 3_600_000;

/** Whether the world asks the zone's own name servers. That they cannot be read is told by {@link readable}. */
async function delegation(zone: HostedZone, { route53, nameServers }: DoctorPorts): Promise<Check[]> {
  const own = zone.private ? undefined : await nameServersOf(zone, route53);
  if (own === undefined) return [];
  const { ok, bad, unknown } = checksOf('zones', titleOf(zone));
  let asked: string[];
  try {
    asked = (await nameServers(zone.name)).map(canonical);
  } catch (error) {
    return [
      unknown(`its delegation cannot be looked at: ${reasonOf(error)}`, 'look from where public DNS can be asked'),
    ];
  }
  if (asked.some(server => own.includes(server))) return [ok('the world asks its name servers')];
  const found =
    asked.length === 0
      ? 'nobody delegates it: the world cannot see its records'
      : `the world asks ${asked.slice(0, 4).join(', ')}, which are not its name servers`;
  return [bad(found, `at the registrar, or in the zone above, set the name servers to ${own.join(', ')}`)];
}

async function nameServersOf(zone: HostedZone, route53: Route53Port): Promise<string[] | undefined> {
  try {
    const { records } = await route53.listRecordSets(zone.id, { name: zone.name, type: 'NS' }, 1);
    return (records[0]?.values ?? []).map(canonical);
  } catch {
    return undefined;
  }
}

const canonical = (server: string) => server.toLowerCase().replace(/\.$/, '');
