import { groupBy } from '../group.ts';
import {
  type DnsName,
  isSameIdentifier,
  type RecordSet,
  recordId,
  type SetEdit,
  sameRecord,
  type ZoneState,
} from '../model/index.ts';
import { type NamingSettings, ownershipIds } from '../registry/index.ts';
import type { Published } from './publish.ts';

/**
 * What is remembered, after a run, of ownership records that a naming of before says the name of.
 *
 * | the ownership record                                                       | remembered                          |
 * |----------------------------------------------------------------------------|-------------------------------------|
 * | was written by the run, or the record set that it reads as was             | no: it is what the config says      |
 * | is of a name at which nothing stands any more, and the run was forced      | no: so the config counts            |
 * | is of a name at which nothing stood, and where the run made a record set   | yes, as lapsed: it is not of that one |
 * | any other                                                                  | yes                                 |
 *
 * @param whole the run was forced for all clusters
 */
export function meantAfter(
  { state, edits }: Published,
  naming: NamingSettings,
  whole: boolean,
): Pick<ZoneState, 'meant' | 'lapsed'> {
  if (state.meant.size === 0) return { meant: state.meant, lapsed: new Set() };
  const sets = edits.sets.flatMap(({ after }) => after ?? []);
  const written = new Set([...writtenBy(edits.sets), ...ownershipIds(sets, state.zone, naming)]);
  const meant = new Map(
    [...state.meant].filter(([id, name]) => !written.has(id) && (!whole || state.records.has(name))),
  );
  const made = opened(edits.sets);
  const lapsed = [...meant].filter(([id, name]) => state.lapsed.has(id) || isMadeAnew(id, name, state, made));
  return { meant, lapsed: new Set(lapsed.map(([id]) => id)) };
}

/** What was done first with each record set, by its name. */
function opened(edits: readonly SetEdit[]): ReadonlyMap<DnsName, readonly SetEdit[]> {
  const first = new Map<string, SetEdit>();
  for (const edit of edits) if (!first.has(recordId(edit.set))) first.set(recordId(edit.set), edit);
  return groupBy([...first.values()], ({ set }) => set.name);
}

/** Whether all that stands where the record set of an ownership record stood was made by the run, in the place of nothing. */
function isMadeAnew(
  id: string,
  name: DnsName,
  { records }: ZoneState,
  opened: ReadonlyMap<DnsName, readonly SetEdit[]>,
): boolean {
  const [at = ''] = id.split(' ', 1);
  const txt = records.get(at)?.find(set => recordId(set) === id);
  const isIts = (set: RecordSet) => recordId(set) !== id && isSameIdentifier(set, txt ?? set);
  const edited = (opened.get(name) ?? []).filter(({ set }) => isIts(set));
  const made = new Set(edited.map(({ set }) => recordId(set)));
  const standing = (records.get(name) ?? []).filter(isIts);
  return edited.length > 0 && edited.every(({ after }) => after) && standing.every(set => made.has(recordId(set)));
}

/** What was deleted and created again as it was is no word of the config. */
export function writtenBy(edits: readonly SetEdit[]): ReadonlySet<string> {
  const before = new Map<string, RecordSet>();
  const written = new Set<string>();
  for (const { set, after } of edits) {
    const id = recordId(set);
    const old = before.get(id);
    if (!after && !old) before.set(id, set);
    if (after && old && sameRecord(old, after)) written.delete(id);
    else written.add(id);
  }
  return written;
}
