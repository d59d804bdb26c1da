import { type Ownership, type RecordSet, recordId, sameRecord } from '../../model/index.ts';
import { formatOwnership } from '../../registry/index.ts';
import type { OwnedRecord } from '../current/current.ts';
import type { DesiredRecord } from '../desired/desired.ts';
import type { Policy } from '../settings.ts';

/** The difference of one record set: what stands there (ours), what should. At least one of the two is set. */
export interface Delta {
  readonly before?: OwnedRecord;
  readonly after?: DesiredRecord;
}

/**
 * Compares our record sets at a name with the desired ones.
 *
 * | current | desired                        | delta  |
 * |---------|--------------------------------|--------|
 * | –       | w                              | create |
 * | r       | w, the same                    | none   |
 * | r       | w, the same, of another owner or cluster | update |
 * | r       | w, different                   | update |
 * | r       | –                              | remove |
 */
export function diff(current: readonly OwnedRecord[], desired: readonly DesiredRecord[]): Delta[] {
  const rest = new Map(desired.map(want => [recordId(want.record), want]));
  const deltas: Delta[] = [];
  for (const before of current) {
    const key = recordId(before.record);
    const after = rest.get(key);
    rest.delete(key);
    if (!after) deltas.push({ before });
    else if (!sameRecord(before.record, after.record) || isHandover(before, after)) deltas.push({ before, after });
  }
  for (const after of rest.values()) deltas.push({ after });
  return deltas;
}

/** Another object of the same cluster is no reason to write: the name of an object that has gone may stand. */
function isHandover(
  { claim: { ownership }, shares }: OwnedRecord,
  { object, owner, together }: DesiredRecord,
): boolean {
  if (shares || together) return textsOf(shares?.map(claim => claim.ownership)) !== textsOf(together);
  return ownership.owner !== owner || (ownership.cluster !== undefined && ownership.cluster !== object.cluster);
}

/** The same for ownership records of several clusters that say the same. */
const textsOf = (ownerships: readonly Ownership[] = []) =>
  ownerships
    .map(({ renewal: _, ...ownership }) => formatOwnership(ownership))
    .sort()
    .join('\n');

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
 * | create-only | where nothing of ours would change    | no      | no                                          |
 */
export const POLICIES: Readonly<Record<Policy, PolicyRule>> = {
  sync: deltas => deltas,
  'upsert-only': deltas => deltas.filter(delta => !isRemoval(delta) || makesRoom(delta, deltas)),
  // Half of a name beside what may not be changed would mix the addresses of two objects, or of two times.
  'create-only': deltas => (deltas.every(isCreate) ? deltas : []),
};
