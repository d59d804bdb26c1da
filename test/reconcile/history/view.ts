import type { Route53Store } from '../../../local/emulators/route53/index.ts';
import { AFFIXES, DATA_TYPES, type DataType, type Settings } from './settings.ts';

/** One record set of a zone; names without final dot, `*` readable. */
export interface Rec {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly values?: readonly string[];
  readonly alias?: { readonly hostedZoneId: string; readonly dnsName: string };
  /** The whole of it: two record sets with one text are the same. */
  readonly text: string;
}

/** The record sets of a zone by `name type`, its own NS and SOA left out. */
export type View = ReadonlyMap<string, Rec>;

export const wire = (name: string) => `${name.replace('*', '\\052')}.`;
export const plain = (name: string) => name.replace('\\052', '*').replace(/\.$/, '');
export const keyOf = (name: string, type: string) => `${name} ${type}`;

export function viewOf(store: Route53Store, zoneId: string): View {
  const zone = store.zone(zoneId);
  const view = new Map<string, Rec>();
  for (const set of store.records(zoneId)) {
    if (set.name === zone.name && (set.type === 'NS' || set.type === 'SOA')) continue;
    const name = plain(set.name);
    const { ttl, alias } = set;
    const values = set.values && [...set.values].sort();
    const text = JSON.stringify([name, set.type, ttl, values, alias]);
    view.set(keyOf(name, set.type), {
      name,
      type: set.type,
      text,
      ...(ttl !== undefined && { ttl }),
      ...(values && { values }),
      ...(alias && { alias: { hostedZoneId: alias.hostedZoneId, dnsName: plain(alias.dnsName) } }),
    });
  }
  return view;
}

export const isData = (type: string): type is DataType => DATA_TYPES.some(known => known === type);
export const dataAt = (view: View, name: string): Rec[] =>
  DATA_TYPES.flatMap(type => view.get(keyOf(name, type)) ?? []);

/** What an ownership record says, as ExternalDNS writes it. */
export interface Label {
  readonly owner: string;
  readonly cluster?: string;
  readonly resource: string;
}

export function labelIn(record: Rec | undefined): Label | undefined {
  if (record?.type !== 'TXT') return undefined;
  const text = record.values?.find(value => value.includes('heritage=external-dns'));
  const owner = /external-dns\/owner=([^,"]+)/.exec(text ?? '')?.[1];
  if (owner === undefined) return undefined;
  const cluster = /external-dns\/cluster=([^,"]+)/.exec(text ?? '')?.[1];
  const resource = /external-dns\/resource=([^,"]+)/.exec(text ?? '')?.[1] ?? '';
  return { owner, resource, ...(cluster !== undefined && { cluster }) };
}

/** ExternalDNS's rule for the name of an ownership record, and our own for an apex that it would put outside the zone. */
export function ownershipName(name: string, type: string, zone: string, settings: Settings): string {
  const lower = type.toLowerCase();
  const { prefix, suffix } = AFFIXES[settings.affix];
  const fill = (affix: string) => affix.replace('%{record_type}', lower);
  const [first, ...rest] = name.split('.') as [string, ...string[]];
  const label = first === '*' && settings.wildcardReplacement !== '' ? settings.wildcardReplacement : first;
  const typed = prefix.includes('%') ? label : `${lower}-${label}`;
  const found = [`${fill(prefix)}${typed}${fill(suffix)}`, ...rest].join('.');
  if (name !== zone || found.endsWith(`.${zone}`)) return found;
  return `${fill(prefix)}_fairlead-apex-${lower}${fill(suffix)}.${zone}`;
}

export const ownershipAt = (view: View, name: string, type: string, zone: string, settings: Settings) =>
  view.get(keyOf(ownershipName(name, type, zone, settings), 'TXT'));

export const within = (name: string, domain: string) => name === domain || name.endsWith(`.${domain}`);

/** The domain filter: the longest match wins. */
export function passes(name: string, { domains, excludeDomains }: Settings): boolean {
  const longest = (list: readonly string[]) =>
    Math.max(-1, ...list.filter(domain => within(name, domain)).map(domain => domain.length));
  return longest(domains) > longest(excludeDomains);
}

export interface ZoneInfo {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
}

/** The zones that the config selects. */
export function selected(store: Route53Store, settings: Settings): ZoneInfo[] {
  return [...store.zones.values()]
    .map(zone => ({ id: zone.id, name: plain(zone.name), private: zone.private }))
    .filter(zone => settings.zoneType === 'any' || zone.private === (settings.zoneType === 'private'))
    .filter(zone => settings.ids.length === 0 || settings.ids.includes(zone.id))
    .filter(
      zone =>
        passes(zone.name, settings) ||
        (settings.ids.includes(zone.id) && settings.domains.some(domain => within(domain, zone.name))),
    );
}
