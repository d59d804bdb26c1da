import { type RecordSet, sameRecord } from '../model/index.ts';
import type { Policy } from './settings.ts';
import type { StandingRecord } from './site.ts';
import type { WantedRecord } from './wanted.ts';

/** The difference of one record set: what stands there (ours), what should. At least one of the two is set. */
export interface Delta {
  readonly before?: StandingRecord;
  readonly after?: WantedRecord;
}

const keyOf = (record: RecordSet) => `${record.type} ${record.setIdentifier ?? ''}`;

/**
 * Compares our record sets at a name with the wanted ones.
 *
 * | stands | wanted        | delta  |
 * |--------|---------------|--------|
 * | –      | w             | create |
 * | r      | w, the same   | none   |
 * | r      | w, different  | update |
 * | r      | –             | remove |
 *
 * `owner` is the owner that the wanted records will have: a record that one of our other owners has is handed over.
 */
export function diff(
  standing: readonly (StandingRecord & { readonly claim: { readonly ownership: { readonly owner: string } } })[],
  wanted: readonly WantedRecord[],
  owner: string,
): Delta[] {
  const rest = new Map(wanted.map(want => [keyOf(want.record), want]));
  const deltas: Delta[] = [];
  for (const before of standing) {
    const key = keyOf(before.record);
    const after = rest.get(key);
    rest.delete(key);
    if (!after) deltas.push({ before });
    else if (!sameRecord(before.record, after.record) || before.claim.ownership.owner !== owner)
      deltas.push({ before, after });
  }
  for (const after of rest.values()) deltas.push({ after });
  return deltas;
}

/** A policy takes the changes of one name and returns those that it allows. */
export type PolicyRule = (deltas: readonly Delta[]) => readonly Delta[];

const isCname = (record: RecordSet | undefined) => record?.type === 'CNAME';

/** A removal that makes room for another type at the same name is part of an update: a CNAME can stand with nothing else. */
function makesRoom(delta: Delta, deltas: readonly Delta[]): boolean {
  return deltas.some(other => other.after && isCname(other.after.record) !== isCname(delta.before?.record));
}

const isRemoval = (delta: Delta) => delta.after === undefined;
const isCreate = (delta: Delta) => delta.before === undefined;

/**
 * | policy      | creates                               | updates | removals                                    |
 * |-------------|---------------------------------------|---------|---------------------------------------------|
 * | sync        | yes                                   | yes     | yes                                         |
 * | upsert-only | yes                                   | yes     | only to make room for the name's other type |
 * | create-only | unless a removal must make room first | no      | no                                          |
 */
export const POLICIES: Readonly<Record<Policy, PolicyRule>> = {
  sync: deltas => deltas,
  'upsert-only': deltas => deltas.filter(delta => !isRemoval(delta) || makesRoom(delta, deltas)),
  'create-only': deltas =>
    deltas.some(delta => isRemoval(delta) && makesRoom(delta, deltas)) ? [] : deltas.filter(isCreate),
};
