import type { ClusterName, DnsName, HostedZone, RecordSet, ZoneId, ZoneState } from '../model/index.ts';
import { nameOfKey, recordId } from '../model/index.ts';
import type { Current, CurrentRecord, FocusedName, OwnedRecord } from '../plan/index.ts';
import { zoneFinder } from '../plan/index.ts';
import { type Claim, type Configured, departedOf } from '../registry/index.ts';
import type { Delegation, ExplainedRecord, ExplainedZone } from './explanation.ts';

/** What is known of the hosted zones of the account. */
export interface KnownZones {
  readonly all: readonly HostedZone[];
  readonly selected: ReadonlySet<ZoneId>;
  /** Those that were loaded, as each shard sees them. */
  readonly states: readonly ZoneState[];
  readonly readAt: ReadonlyMap<ZoneId, number>;
  /** Of all shards and views. */
  readonly configured: Configured;
}

/** The hosted zones that contain a name: those that the config selects, and the others of the account. */
export function explainZones(focused: readonly FocusedName[], known: KnownZones): ExplainedZone[] {
  const [{ name }] = focused as [FocusedName];
  return zoneFinder(known.all)(name).map(zone => {
    const here = focused.flatMap(({ current }) => current.filter(at => at.zone.id === zone.id).map(at => at.current));
    const states = known.states.filter(state => state.zone.id === zone.id);
    const [reserved] = here.flatMap(current => current.reserved);
    const ofName = <V>(map: ReadonlyMap<string, V>) =>
      [...map].flatMap(([key, v]) => (nameOfKey(key) === name ? [v] : []));
    const [refusal] = states.flatMap(({ refusals }) => ofName(refusals));
    const [unwantedSince] = states.flatMap(state => ofName(state.unwantedSince));
    const readAt = known.readAt.get(zone.id);
    return {
      id: zone.id,
      name: zone.name,
      private: zone.private,
      selected: known.selected.has(zone.id),
      delegation: delegationOf(zone, known),
      records: recordsOf(here, states, known.configured),
      ...(reserved && { reservedBy: reserved.ownership.owner }),
      ...(refusal && { refusal }),
      ...(unwantedSince !== undefined && { unwantedSince }),
      ...(readAt !== undefined && { readAt }),
    };
  });
}

/** A record set is ours when it is of the owners of any shard. */
function recordsOf(seen: readonly Current[], states: readonly ZoneState[], configured: Configured): ExplainedRecord[] {
  const leftBy = (claim: Claim) => [...new Set(states.flatMap(state => departedOf(claim, state, configured)))];
  const found = new Map<RecordSet, ExplainedRecord>();
  for (const { ours, foreign } of seen) {
    for (const one of foreign) if (!found.get(one.record)?.ours) found.set(one.record, explained(one, false, leftBy));
    for (const one of ours) found.set(one.record, explained(one, true, leftBy));
  }
  return [...found.values()].sort((a, b) => (recordId(a.record) < recordId(b.record) ? -1 : 1));
}

function explained(
  standing: CurrentRecord | OwnedRecord,
  ours: boolean,
  leftBy: (claim: Claim) => readonly ClusterName[],
): ExplainedRecord {
  const { record, claim, contested, unproven } = standing;
  if (!claim) return { record, ours };
  const { owner, cluster, resource } = claim.ownership;
  const left = leftBy(claim);
  const doubt = contested ? 'contested' : unproven ? 'unproven' : undefined;
  return {
    record,
    ours,
    ownership: {
      record: claim.txt.name,
      owner,
      ...(cluster !== undefined && { cluster }),
      ...(resource !== undefined && { resource }),
      ...(left.length > 0 && { left }),
      ...('shares' in standing && standing.shares && { parts: standing.shares.map(partOf) }),
    },
    ...(doubt && { doubt }),
  };
}

function partOf({ ownership: { cluster = '', resource = '', share = [] } }: Claim) {
  return { cluster, resource, addresses: share };
}

/** Whether the world is led to a zone, as far as the zones of the account tell. */
function delegationOf(zone: HostedZone, { all, states }: KnownZones): Delegation {
  if (zone.private)
    return { state: 'private', message: 'private: it answers in the VPCs that are associated with it, nowhere else' };
  const twins = all.filter(other => !other.private && other.name === zone.name).length - 1;
  const [parent] = zoneFinder(all)(zone.name).filter(other => !other.private && other.name !== zone.name);
  const beside = twins > 0 ? `; ${twins} more public hosted zone${twins > 1 ? 's have' : ' has'} this name` : '';
  if (!parent)
    return {
      state: 'unknown',
      message: `public; the zone above it is not in this account (--dns asks whether the world is led to it)${beside}`,
    };
  const { state, message } = delegatedIn(parent, zone, states);
  return { state, message: `public, ${message}${beside}` };
}

function delegatedIn(parent: HostedZone, zone: HostedZone, states: readonly ZoneState[]): Delegation {
  const shown = `${parent.name} (${parent.id})`;
  const above = states.find(state => state.zone.id === parent.id);
  if (!above)
    return {
      state: 'unknown',
      message: `and the zone above it, ${shown}, is not read here (--dns asks whether the world is led to it)`,
    };
  const there = serversAt(zone.name, above);
  const own = states.find(state => state.zone.id === zone.id);
  const servers = own ? serversAt(zone.name, own) : [];
  if (there.length === 0)
    return {
      state: 'not-delegated',
      message: `but not delegated: ${shown} has no NS record set ${zone.name}, so the world does not find it`,
    };
  if (servers.length === 0 || there.some(server => servers.includes(server)))
    return { state: 'delegated', message: `delegated in ${shown} (NS ${zone.name})` };
  return {
    state: 'elsewhere',
    message: `but ${shown} leads the world to other name servers: ${there.join(', ')}`,
  };
}

const bare = (server: string) => server.toLowerCase().replace(/\.$/, '');

export function serversAt(name: DnsName, { records }: Pick<ZoneState, 'records'>): string[] {
  const sets = (records.get(name) ?? []).filter(({ type }) => type === 'NS');
  return sets.flatMap(({ values = [] }) => values.map(bare)).sort();
}
