import type { RecordSet } from '../../../local/emulators/route53/records.ts';
import type { AppliedBatch, Route53Service } from '../../../local/emulators/route53/service.ts';

/** What a tool did that it must not do. */
export interface Trespass {
  readonly tool: string;
  readonly what: string;
}

type Zone = ReadonlyMap<string, RecordSet>;

const OWNER = /^"heritage=external-dns,external-dns\/owner=([^,"]+)/;

/**
 * Watches who changes what in a zone. It keeps its own copy, so that each change is judged by what the zone held when the
 * batch came: a record set may be changed only by the tool whose ownership record stands beside it, an ownership record
 * only by the tool that it names, and what has none by nobody.
 */
export class Witness {
  readonly trespasses: Trespass[] = [];
  /** A new record set at a name where another tool has one of another type. Nothing of the other's is touched by it. */
  readonly beside: Trespass[] = [];
  readonly batches: Record<string, number> = {};
  #zone: Map<string, RecordSet>;
  readonly #tools: ReadonlyMap<string, string>;

  /** @param tools owner ids by access key. */
  constructor(route53: Route53Service, zoneId: string, tools: ReadonlyMap<string, string>) {
    this.#tools = tools;
    this.#zone = new Map(route53.store.records(zoneId).map(set => [keyOf(set), set]));
    route53.onApplied = batch => this.#judge(batch);
  }

  /** Owner ids by name, of the record sets that stand there now; a name without a record set has no owners here. */
  owners(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const set of this.#zone.values()) {
      if (!isAddress(set)) continue;
      const owners = found.get(nameOf(set)) ?? new Set();
      for (const owner of ownersOf(this.#zone, set)) owners.add(owner);
      found.set(nameOf(set), owners);
    }
    return found;
  }

  /** Ownership records of a tool beside which there is no record set, and the other way round. */
  orphans(tool: string): string[] {
    const sets = [...this.#zone.values()];
    const claims = sets.filter(set => ownerOf(set) === tool).map(nameOf);
    const records = sets.filter(isAddress).map(set => `${set.type.toLowerCase()}-${nameOf(set)}`);
    return claims.filter(claim => !records.includes(claim));
  }

  #judge({ accessKeyId, changes }: AppliedBatch): void {
    const tool = this.#tools.get(accessKeyId) ?? accessKeyId;
    this.batches[tool] = (this.batches[tool] ?? 0) + 1;
    const before = new Map(this.#zone);
    for (const { action, recordSet } of changes) {
      const what = `${action} ${keyOf(recordSet)} ${JSON.stringify(recordSet.values ?? recordSet.alias?.dnsName)}`;
      if (trespasses(before, recordSet, tool)) this.trespasses.push({ tool, what });
      else if (action !== 'DELETE' && isBeside(before, recordSet, tool)) this.beside.push({ tool, what });
      if (action === 'DELETE') this.#zone.delete(keyOf(recordSet));
      else this.#zone.set(keyOf(recordSet), recordSet);
    }
  }
}

function trespasses(zone: Zone, set: RecordSet, tool: string): boolean {
  const present = zone.get(keyOf(set));
  const named = ownerOf(set);
  if (named !== undefined && named !== tool) return true;
  if (present === undefined) return false;
  const owners = present.type === 'TXT' ? [ownerOf(present)] : ownersOf(zone, present);
  return owners.length === 0 || owners.some(owner => owner !== tool);
}

function isBeside(zone: Zone, set: RecordSet, tool: string): boolean {
  if (!isAddress(set)) return false;
  const others = [...zone.values()].filter(other => isAddress(other) && nameOf(other) === nameOf(set));
  return others.some(other => !ownersOf(zone, other).includes(tool));
}

const isAddress = ({ type }: RecordSet) => type === 'A' || type === 'AAAA' || type === 'CNAME';

/** The owner that an ownership record names; undefined for any other record set. */
function ownerOf({ type, values = [] }: RecordSet): string | undefined {
  return type === 'TXT' ? OWNER.exec(values[0] ?? '')?.[1] : undefined;
}

/** The ownership record of a record set of type A at x is the TXT at a-x. */
function ownersOf(zone: Zone, set: RecordSet): string[] {
  const claim = zone.get(`${set.type.toLowerCase()}-${nameOf(set)} TXT`);
  const owner = claim && ownerOf(claim);
  return owner === undefined ? [] : [owner];
}

function nameOf({ name }: RecordSet): string {
  return `${name.toLowerCase().replace(/\.$/, '')}.`;
}

const keyOf = (set: RecordSet) => `${nameOf(set)} ${set.type}`;
