import type { DnsName } from './names.ts';
import type { NameChange } from './plan.ts';
import type { RecordSet } from './record.ts';
import { isSameSet } from './same.ts';

/** A record set that was deleted (`after` is absent) or created. */
export interface SetEdit {
  readonly set: RecordSet;
  readonly after?: RecordSet;
}

/** What accepted changes do to record sets, in the order in which Route 53 did it. */
export const editsOf = (changes: readonly NameChange[]): SetEdit[] =>
  changes.flatMap(({ deletes, creates }) => [
    ...deletes.map(set => ({ set })),
    ...creates.map(set => ({ set, after: set })),
  ]);

/** The records of a zone with accepted changes put into them. */
export function editSets(
  records: ReadonlyMap<DnsName, readonly RecordSet[]>,
  edits: readonly SetEdit[],
): Map<DnsName, readonly RecordSet[]> {
  const edited = new Map(records);
  for (const { set, after } of edits) {
    const others = (edited.get(set.name) ?? []).filter(other => !isSameSet(other, set));
    const now = after ? [...others, after] : others;
    if (now.length > 0) edited.set(set.name, now);
    else edited.delete(set.name);
  }
  return edited;
}
