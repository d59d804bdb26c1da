import { SERVICE_ZONES } from '../route53/alias-zones.ts';
import type { HostedZone } from '../route53/hosted-zone.ts';
import { inZone, parseName } from '../route53/names.ts';
import type { RecordSet } from '../route53/records.ts';
import type { Route53Store } from '../route53/store.ts';
import { localAddress } from './addresses.ts';
import { type Random, routed } from './routing.ts';

/** One resource record of an answer; `name` undefined: the name that was asked for, in its own spelling. */
export interface Resource {
  readonly name: string | undefined;
  readonly type: string;
  readonly ttl: number;
  readonly value: string;
}

export interface Resolution {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  /** False for a referral, and for a name that no zone here holds. */
  readonly authoritative: boolean;
  readonly answers: readonly Resource[];
  readonly authorities: readonly Resource[];
}

/** Route 53 answers aliases to AWS services with this TTL (Developer Guide, "Values for alias records": TTL). */
const ALIAS_TTL = 60;
const MAX_LINKS = 8;

/**
 * Answers a question from the public zones of the store, the longest matching zone first: CNAMEs are followed as far
 * as the zones reach, aliases answered with addresses, wildcards expanded as RFC 4592 has it, delegations referred.
 * `name` is canonical.
 */
export function resolve(store: Route53Store, name: string, type: string, random: Random): Resolution {
  const answers: Resource[] = [];
  let owner = name;
  for (let link = 0; link < MAX_LINKS; link++) {
    const zone = zoneOf(store, owner);
    if (!zone) return link === 0 ? REFUSED : { code: 'NOERROR', authoritative: true, answers, authorities: [] };
    const shown = link === 0 ? undefined : owner;
    const cut = delegation(zone, owner, type);
    if (cut) return { code: 'NOERROR', authoritative: link > 0, answers, authorities: resources(cut, cut.name) };
    const sets = setsAt(zone, owner);
    const found = sets && pick(store, zone, sets, type, random);
    answers.push(...(found ?? []).map(one => ({ ...one, name: shown })));
    const target = type !== 'CNAME' && found?.length === 1 && found[0]?.type === 'CNAME' ? found[0].value : undefined;
    if (target === undefined) {
      const missing = found === undefined || found.length === 0;
      const code = sets === undefined ? 'NXDOMAIN' : 'NOERROR';
      return { code, authoritative: true, answers, authorities: missing ? negative(zone) : [] };
    }
    owner = parseName(target);
  }
  return { code: 'NOERROR', authoritative: true, answers, authorities: [] };
}

const REFUSED: Resolution = { code: 'REFUSED', authoritative: false, answers: [], authorities: [] };

function zoneOf(store: Route53Store, name: string): HostedZone | undefined {
  let best: HostedZone | undefined;
  for (const zone of store.zones.values()) {
    if (!zone.private && inZone(name, zone.name) && zone.name.length > (best?.name.length ?? 0)) best = zone;
  }
  return best;
}

/** The NS record set below the zone's own name that takes the name out of the zone's hands. */
function delegation(zone: HostedZone, name: string, type: string): RecordSet | undefined {
  let cut: RecordSet | undefined;
  for (let at = name; at !== zone.name; at = parent(at)) {
    const ns = zone.records.at(at).find(set => set.type === 'NS');
    // DS belongs to the parent's side of the cut (RFC 4035 section 3.1.4.1).
    if (ns && !(type === 'DS' && at === name)) cut = ns;
  }
  return cut;
}

function parent(name: string): string {
  return name.slice(name.indexOf('.') + 1) || '.';
}

/**
 * The record sets that answer for a name: its own, none for a name that only has others below it, those of the
 * wildcard at its closest encloser (RFC 4592 section 3.3.1), or undefined when the name does not exist.
 */
function setsAt(zone: HostedZone, name: string): readonly RecordSet[] | undefined {
  if (exists(zone, name)) return zone.records.at(name);
  let encloser = parent(name);
  while (!exists(zone, encloser)) encloser = parent(encloser);
  const wildcard = zone.records.at(encloser === '.' ? '\\052.' : `\\052.${encloser}`);
  return wildcard.length > 0 ? wildcard : undefined;
}

/** A name exists when it has records, or when one below it has. */
function exists(zone: HostedZone, name: string): boolean {
  if (name === zone.name || zone.records.has(name)) return true;
  const [next] = zone.records.page({ name, type: '', setIdentifier: '' }, 1);
  return next !== undefined && inZone(next.name, name);
}

function pick(
  store: Route53Store,
  zone: HostedZone,
  sets: readonly RecordSet[],
  type: string,
  random: Random,
): Omit<Resource, 'name'>[] {
  const own = sets.filter(set => set.type === type);
  const fitting = own.length > 0 ? own : sets.filter(set => set.type === 'CNAME');
  return routed(fitting, random).flatMap(set => (set.alias ? aliased(store, zone, set, random, 0) : plain(set)));
}

function plain(set: RecordSet): Omit<Resource, 'name'>[] {
  return (set.values ?? []).map(value => ({ type: set.type, ttl: set.ttl ?? 0, value }));
}

/** What an alias stands for; nothing when its target is not there (any more). */
function aliased(
  store: Route53Store,
  zone: HostedZone,
  set: RecordSet,
  random: Random,
  depth: number,
): Omit<Resource, 'name'>[] {
  const { alias, type } = set;
  if (!alias || depth > MAX_LINKS) return [];
  const target = alias.hostedZoneId === zone.id ? zone : store.zones.get(alias.hostedZoneId);
  if (target) {
    const sets = (setsAt(target, alias.dnsName) ?? []).filter(one => one.type === type);
    return routed(sets, random).flatMap(one =>
      one.alias ? aliased(store, target, one, random, depth + 1) : plain(one),
    );
  }
  if (!SERVICE_ZONES.has(alias.hostedZoneId) || (type !== 'A' && type !== 'AAAA')) return [];
  return [{ type, ttl: ALIAS_TTL, value: localAddress(alias.dnsName, type) }];
}

/** The SOA that goes with "no such name" and "no such type", with the TTL of RFC 2308 section 5. */
function negative(zone: HostedZone): Resource[] {
  const soa = zone.records.at(zone.name).find(set => set.type === 'SOA');
  if (!soa) return [];
  const minimum = Number(soa.values?.[0]?.split(/\s+/).at(-1) ?? 0);
  return resources(soa, zone.name).map(one => ({ ...one, ttl: Math.min(one.ttl, minimum) }));
}

function resources(set: RecordSet, name: string): Resource[] {
  return plain(set).map(one => ({ ...one, name }));
}
