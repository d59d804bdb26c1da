import { type Batch, changed, inner, isOurs, type Rule } from './batch.ts';
import { notGivenBelow } from './rules-below.ts';
import { guardRemovals, guardUpdates } from './rules-guard.ts';
import { neverOut, notGiven, onlyWanted } from './rules-names.ts';
import {
  contestedLeft,
  foreignUnchanged,
  forgedUnchanged,
  noOwnershipOrphan,
  noRecordOrphan,
  unownedUnchanged,
} from './rules-ownership.ts';
import { freeze, policy, withinScope } from './rules-scope.ts';
import { isData, keyOf, labelIn, ownershipName } from './view.ts';

export const RULES = {
  foreignUnchanged,
  forgedUnchanged,
  unownedUnchanged,
  withinScope,
  noRecordOrphan,
  noOwnershipOrphan,
  policy,
  freeze,
  notGiven,
  notGivenBelow,
  onlyWanted,
  neverOut,
  guardRemovals,
  guardUpdates,
  contestedLeft,
} satisfies Record<string, Rule>;

/** What is wrong with a batch; then learns from it whose the new record sets are. */
export function judge(batch: Batch): string | undefined {
  for (const [name, rule] of Object.entries(RULES)) {
    const fault = rule(batch);
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  learn(batch);
  return undefined;
}

function learn(batch: Batch): void {
  const { zone, run, memory, after } = batch;
  const pairs = inner(memory.pairs, zone.id);
  const foreign = inner(memory.foreign, zone.id);
  const forged = inner(memory.forged, zone.id);
  for (const [key, { text }] of forged) if (after.get(key)?.text !== text) forged.delete(key);
  for (const { name, type } of after.values()) {
    if (!isData(type)) continue;
    const txt = ownershipName(name, type, zone.name, run.settings);
    const record = after.get(keyOf(txt, 'TXT'));
    if (!record || !isOurs(labelIn(record), run)) continue;
    if (!changed(batch, keyOf(name, type)) && !changed(batch, keyOf(txt, 'TXT'))) continue;
    const other = pairs.get(txt);
    if (other !== undefined && after.has(other)) continue;
    // What an older naming left is idle from now on.
    for (const [idle, key] of pairs) if (key === keyOf(name, type)) pairs.delete(idle);
    pairs.set(txt, keyOf(name, type));
    inner(memory.renamed, zone.id).delete(txt);
    // Ours again, with the value that it has.
    if (foreign.get(keyOf(name, type))?.strict === false) foreign.delete(keyOf(name, type));
  }
}
