import { constraint, invalidChangeBatch, invalidInput, noSuchHealthCheck, noSuchHostedZone } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { bareZoneId, type HostedZone, hostedZone, type ZoneOptions } from './hosted-zone.ts';
import { Problem, parseName } from './names.ts';
import { type Change, RECORD_TYPES, type RecordSet } from './records.ts';
import { type PreparedChange, prepare } from './request.ts';
import type { Edits, Zone } from './zone.ts';

export interface StoreOptions {
  /** MAX_RRSETS_BY_ZONE, 10,000 unless raised (Developer Guide, "Quotas"); may be changed on the store at any time. */
  readonly maxRecordSets?: number;
  /** Refuse what the API reference excludes of aliases to CloudFront: target health, and private zones. Off unless told. */
  readonly cloudFrontRules?: boolean;
}

/** Where a listing starts; the fields are those of ListResourceRecordSets. */
export interface ListStart {
  readonly startRecordName?: string;
  readonly startRecordType?: string;
  readonly startRecordIdentifier?: string;
  readonly maxItems?: number;
}

export interface ListPage {
  readonly recordSets: readonly RecordSet[];
  readonly isTruncated: boolean;
  /** Where the next page starts. */
  readonly next?: Required<Pick<ListStart, 'startRecordName' | 'startRecordType'>> &
    Pick<ListStart, 'startRecordIdentifier'>;
  readonly maxItems: number;
}

/** A name that every batch is refused for, and the words: `{name}`, `{type}`, `{zone}` and `{value}` are filled in. */
export interface Poison {
  readonly name: string;
  readonly message?: string;
}

const PAGE = 300;
const POISON_MESSAGE =
  'RRSet of type {type} with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {zone}';

/**
 * Route 53's record sets and their rules, in memory: no clock, no network, no randomness. All methods are synchronous;
 * a batch is either applied as a whole or refused with a Route53Error that leaves everything as it was.
 */
export class Route53Store {
  maxRecordSets: number;
  /** Names of AWS services that no alias may target, because they do not exist. */
  readonly missingTargets = new Set<string>();
  /** Names of AWS services that have no IPv6, so that an alias of type AAAA finds no target. */
  readonly ipv4Targets = new Set<string>();
  /** Health checks that do not exist. All others do, unless {@link healthChecks} says which. */
  readonly missingHealthChecks = new Set<string>();
  /** Those that exist; undefined: any that is not missing. */
  healthChecks: ReadonlySet<string> | undefined;
  cloudFrontRules: boolean;
  readonly poisons: Poison[] = [];
  /** By id, in the order in which they were added. */
  readonly zones = new Map<string, HostedZone>();
  #serial = 0;

  constructor(options: StoreOptions = {}) {
    this.maxRecordSets = options.maxRecordSets ?? 10_000;
    this.cloudFrontRules = options.cloudFrontRules ?? false;
  }

  /** Adds a zone with its SOA and NS record sets, or replaces the one with this id. */
  addZone(options: ZoneOptions): HostedZone {
    const zone = hostedZone(options, ++this.#serial);
    this.zones.set(zone.id, zone);
    return zone;
  }

  /** By id, with or without `/hostedzone/`. Throws Route53Error NoSuchHostedZone. */
  zone(id: string): HostedZone {
    const zone = this.zones.get(bareZoneId(id));
    if (!zone) throw noSuchHostedZone(id);
    return zone;
  }

  /** ChangeResourceRecordSets. Throws Route53Error: NoSuchHostedZone, NoSuchHealthCheck, InvalidInput, InvalidChangeBatch. */
  change(zoneId: string, changes: readonly Change[]): void {
    const zone = this.zone(zoneId);
    const prepared = prepare(changes);
    this.#refusePoisoned(zone.records, prepared);
    if (prepared.some(({ set: { healthCheckId } }) => healthCheckId !== undefined && !this.#hasCheck(healthCheckId)))
      throw noSuchHealthCheck();
    const around = { ...this.#surroundings, cloudFrontRules: this.cloudFrontRules };
    zone.records.apply(evaluate(zone, prepared, around, this.maxRecordSets));
  }

  #hasCheck(id: string): boolean {
    return !this.missingHealthChecks.has(id) && (this.healthChecks?.has(id) ?? true);
  }

  /** ListResourceRecordSets. Throws Route53Error: NoSuchHostedZone, InvalidInput. */
  list(zoneId: string, start: ListStart = {}): ListPage {
    const { records: zone } = this.zone(zoneId);
    const maxItems = Math.min(start.maxItems ?? PAGE, PAGE);
    const sets = zone.page(position(start), maxItems + 1);
    const next = sets[maxItems];
    return {
      recordSets: next ? sets.slice(0, maxItems) : sets,
      isTruncated: next !== undefined,
      ...(next && { next: startAt(next) }),
      maxItems,
    };
  }

  /** Every record set of a zone, its SOA and NS included, in Route 53's order. */
  records(zoneId: string): RecordSet[] {
    const { records: zone } = this.zone(zoneId);
    return zone.page(undefined, zone.size);
  }

  /**
   * Puts and removes record sets without any check, as a test needs them: whole states, another party's edits, states
   * that Route 53 itself no longer lets arise. A set that is there already is replaced.
   */
  edit(zoneId: string, edit: { put?: readonly RecordSet[]; remove?: readonly RecordSet[] }): void {
    const { records: zone } = this.zone(zoneId);
    const edits = new Map<string, readonly RecordSet[]>();
    const without = (set: RecordSet): readonly RecordSet[] =>
      (edits.get(set.name) ?? zone.at(set.name)).filter(
        other => other.type !== set.type || other.setIdentifier !== set.setIdentifier,
      );
    for (const set of (edit.remove ?? []).map(canonicalSet)) edits.set(set.name, without(set));
    for (const set of (edit.put ?? []).map(canonicalSet)) edits.set(set.name, [...without(set), set]);
    zone.apply(edits satisfies Edits);
  }

  readonly #surroundings = {
    hosted: (zoneId: string, name: string, type: string) => {
      const zone = this.zones.get(zoneId)?.records;
      return zone && { zone: zone.name, found: zone.at(name).some(set => set.type === type) };
    },
    missing: (name: string, type: string) => {
      const bare = name.replace(/^dualstack\./, '');
      const absent = [...this.missingTargets, ...(type === 'AAAA' ? this.ipv4Targets : [])];
      return absent.map(parseName).some(gone => gone === name || gone === bare);
    },
  };

  #refusePoisoned(zone: Zone, changes: readonly PreparedChange[]): void {
    if (this.poisons.length === 0) return;
    const words = new Map(this.poisons.map(({ name, message }) => [parseName(name), message ?? POISON_MESSAGE]));
    const messages = changes.flatMap(({ set }) => {
      const template = words.get(set.name);
      const filling: Record<string, string | undefined> = {
        name: set.name,
        type: set.type,
        zone: zone.name,
        value: set.values?.[0],
      };
      return template ? [template.replace(/\{(name|type|zone|value)\}/g, (_all, key) => filling[key] ?? '')] : [];
    });
    if (messages.length > 0) throw invalidChangeBatch(messages);
  }
}

function canonicalSet(set: RecordSet): RecordSet {
  const alias = set.alias && {
    hostedZoneId: bareZoneId(set.alias.hostedZoneId),
    dnsName: parseName(set.alias.dnsName),
    evaluateTargetHealth: set.alias.evaluateTargetHealth,
  };
  return { ...set, name: parseName(set.name), ...(alias && { alias }) };
}

function startAt(set: RecordSet): NonNullable<ListPage['next']> {
  const identifier = set.setIdentifier === undefined ? {} : { startRecordIdentifier: set.setIdentifier };
  return { startRecordName: set.name, startRecordType: set.type, ...identifier };
}

function position(start: ListStart): { name: string; type: string; setIdentifier: string } | undefined {
  const { startRecordName: name, startRecordType: type = '', startRecordIdentifier: setIdentifier = '' } = start;
  if (start.maxItems !== undefined && !(Number.isInteger(start.maxItems) && start.maxItems >= 1)) {
    throw constraint('maxItems', String(start.maxItems), 'be a positive integer');
  }
  if ((type && !name) || (setIdentifier && !type)) throw invalidInput('The input is not valid');
  if (type && !RECORD_TYPES.some(known => known === type)) {
    throw constraint('startRecordType', type, `satisfy enum value set: [${RECORD_TYPES.join(', ')}]`);
  }
  if (setIdentifier.length > 128) {
    throw constraint('startRecordIdentifier', setIdentifier, 'have length less than or equal to 128');
  }
  if (!name) return undefined;
  try {
    return { name: parseName(name), type, setIdentifier };
  } catch (error) {
    throw error instanceof Problem ? invalidInput(error.message) : error;
  }
}
