import { createHash } from 'node:crypto';
import { DEFAULT_ACCOUNT } from '../aws/credentials.ts';
import { parseName } from './names.ts';
import type { RecordSet } from './records.ts';
import { Zone } from './zone.ts';

export interface Vpc {
  readonly region: string;
  readonly id: string;
}

export interface ZoneOptions {
  readonly name: string;
  /** With or without `/hostedzone/`; made up (always the same ones in the same order) when absent. */
  readonly id?: string;
  readonly private?: boolean;
  readonly comment?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly callerReference?: string;
  readonly vpcs?: readonly Vpc[];
  /** The account that owns it; only that one sees it. */
  readonly account?: string;
}

/** A hosted zone: what GetHostedZone tells of it, its tags, and its record sets. */
export interface HostedZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** Canonical, with the final dot. */
  readonly name: string;
  readonly private: boolean;
  readonly account: string;
  readonly comment: string | undefined;
  readonly callerReference: string;
  readonly vpcs: readonly Vpc[];
  /** With final dot, as the NS record set has them. */
  readonly nameServers: readonly string[];
  readonly tags: Map<string, string>;
  readonly records: Zone;
}

const DEFAULT_VPC: Vpc = { region: 'us-east-1', id: 'vpc-0123456789abcdef0' };

/** A new zone with the SOA and NS record sets that Route 53 gives every zone. `serial` makes its id when it has none. */
export function hostedZone(options: ZoneOptions, serial: number): HostedZone {
  const id = bareZoneId(options.id ?? zoneId(serial));
  const name = parseName(options.name);
  const isPrivate = options.private ?? false;
  const zone: HostedZone = {
    id,
    name,
    private: isPrivate,
    account: options.account ?? DEFAULT_ACCOUNT,
    comment: options.comment,
    callerReference: options.callerReference ?? `local-${id}`,
    vpcs: options.vpcs ?? (isPrivate ? [DEFAULT_VPC] : []),
    nameServers: nameServers(id, isPrivate),
    tags: new Map(Object.entries(options.tags ?? {})),
    records: new Zone(id, name),
  };
  zone.records.apply(new Map([[name, ownSets(zone)]]));
  return zone;
}

/** The NS and SOA record sets with which a zone begins (TTLs and SOA numbers as Route 53 sets them). */
export function ownSets(zone: Pick<HostedZone, 'name' | 'nameServers'>): RecordSet[] {
  const soa = `${zone.nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { name: zone.name, type: 'NS', ttl: 172_800, values: zone.nameServers },
    { name: zone.name, type: 'SOA', ttl: 900, values: [soa] },
  ];
}

export function bareZoneId(id: string): string {
  return id.replace(/^\/hostedzone\//, '');
}

function zoneId(serial: number): string {
  const hash = createHash('sha256').update(`hosted zone ${serial}`).digest();
  return `Z0${BigInt(`0x${hash.toString('hex')}`)
    .toString(36)
    .toUpperCase()
    .slice(0, 19)}`;
}

/** Four names under four top-level domains; a private zone has the same four in every account. */
function nameServers(id: string, isPrivate: boolean): string[] {
  if (isPrivate) {
    return ['ns-1536.awsdns-00.co.uk.', 'ns-0.awsdns-00.com.', 'ns-1024.awsdns-00.org.', 'ns-512.awsdns-00.net.'];
  }
  const number = createHash('sha256').update(id).digest().readUInt16BE(0);
  const set = String(number % 64).padStart(2, '0');
  return ['com', 'net', 'org', 'co.uk'].map((tld, i) => `ns-${i * 512 + (number % 512)}.awsdns-${set}.${tld}.`);
}
