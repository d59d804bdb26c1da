import { type AliasSurroundings, aliasRule } from './alias.ts';
import { invalidChangeBatch } from './errors.ts';
import type { HostedZone } from './hosted-zone.ts';
import type { RecordSet } from './records.ts';
import type { PreparedChange } from './request.ts';
import { describe, finalRules, placeRules, sameSet, valueRules } from './rules.ts';
import type { Edits, Zone } from './zone.ts';

/** Changes of one record set that a batch may hold: one of any kind, or a DELETE and then a CREATE. */
const PAIR = 'DELETE CREATE';

/**
 * Evaluates the changes in order, each against the zone as those before it left it, and returns what becomes of the
 * names they touch; the zone itself stays as it is. A refused change is left out and the rest is still looked at, so
 * that every bad change of the batch has its message. Throws Route53Error.
 */
export function evaluate(
  { records: zone, private: inside }: Pick<HostedZone, 'records' | 'private'>,
  changes: readonly PreparedChange[],
  around: AliasSurroundings,
  maxRecordSets: number,
): Edits {
  const invalid = invalidSets(changes);
  if (invalid.length > 0) throw invalidChangeBatch(invalid);
  const draft = new Draft(zone, inside, changes);
  const messages = changes.flatMap((change, i) => draft.take(change, i, around));
  if (messages.length > 0) throw invalidChangeBatch(messages);
  const final = wholeZone(zone, draft.edits, maxRecordSets);
  if (final.length > 0) throw invalidChangeBatch(final);
  return draft.edits;
}

function invalidSets(changes: readonly PreparedChange[]): string[] {
  const groups = new Map<string, { what: string; actions: string[] }>();
  for (const { action, set } of changes) {
    const what = `${set.type} ${set.name}`;
    const key = `${what} ${set.setIdentifier ?? ''}`;
    const group = groups.get(key);
    if (group) group.actions.push(action);
    else groups.set(key, { what, actions: [action] });
  }
  return [...groups.values()]
    .filter(({ actions }) => actions.length > 1 && actions.join(' ') !== PAIR)
    .map(({ what }) => `The request contains an invalid set of changes for a resource record set '${what}'`);
}

function wholeZone(zone: Zone, edits: Edits, maxRecordSets: number): string[] {
  const messages: string[] = [];
  let growth = 0;
  for (const [name, sets] of edits) growth += sets.length - zone.at(name).length;
  if (growth > 0 && zone.size + growth > maxRecordSets) {
    messages.push(`Exceeded limit MAX_RRSETS_BY_ZONE for zone: ${zone.id}`);
  }
  for (const [name, sets] of edits) messages.push(...finalRules(name, sets, zone.name));
  return messages;
}

/** The zone as the changes so far have left it. */
class Draft {
  readonly edits = new Map<string, readonly RecordSet[]>();
  readonly #zone: Zone;
  readonly #private: boolean;
  readonly #lastUpsert = new Map<string, number>();

  constructor(zone: Zone, inside: boolean, changes: readonly PreparedChange[]) {
    this.#zone = zone;
    this.#private = inside;
    for (const [i, { action, set }] of changes.entries()) {
      if (action === 'UPSERT') this.#lastUpsert.set(`${set.type} ${set.name}`, i);
    }
  }

  /** Makes the change if nothing is against it; otherwise returns what is. */
  take({ action, set, problems }: PreparedChange, index: number, around: AliasSurroundings): readonly string[] {
    if (!this.#zone.contains(set.name)) {
      return [`RRSet with DNS name ${set.name} is not permitted in zone ${this.#zone.name}`];
    }
    if (problems.length > 0) return problems;
    const values = valueRules(set);
    if (values.length > 0) return values;
    const beside = this.#at(set.name);
    const old = beside.find(other => other.type === set.type && other.setIdentifier === set.setIdentifier);
    if (action === 'DELETE') return this.#remove(set, beside, old);
    if (old && action === 'CREATE') {
      return [`Tried to create resource record set ${describe(set)} but it already exists`];
    }
    const against = [...placeRules(set, beside, this.#zone.name), ...this.#aliasRules(set, index, around)];
    if (against.length === 0) this.edits.set(set.name, [...beside.filter(other => other !== old), set]);
    return against;
  }

  #at(name: string): readonly RecordSet[] {
    return this.edits.get(name) ?? this.#zone.at(name);
  }

  #remove(set: RecordSet, beside: readonly RecordSet[], old: RecordSet | undefined): string[] {
    const tried = `Tried to delete resource record set ${describe(set)} but`;
    if (!old) return [`${tried} it was not found`];
    if (!sameSet(old, set)) return [`${tried} the values provided do not match the current values`];
    this.edits.set(
      set.name,
      beside.filter(other => other !== old),
    );
    return [];
  }

  #aliasRules(set: RecordSet, index: number, around: AliasSurroundings): string[] {
    if (!set.alias) return [];
    const view = {
      id: this.#zone.id,
      name: this.#zone.name,
      private: this.#private,
      at: (name: string) => this.#at(name),
      upsertedLater: (name: string, type: string) => (this.#lastUpsert.get(`${type} ${name}`) ?? -1) > index,
    };
    const message = aliasRule(set, view, around);
    return message ? [message] : [];
  }
}
