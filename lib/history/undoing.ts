import { groupBy } from '../group.ts';
import type { DnsName, HistoryLine, RecordSet, ZoneId } from '../model/index.ts';
import { changeKey, recordId } from '../model/index.ts';

/** What one run did of one name, or of one of its set identifiers, to be put back. */
export interface Undoing {
  readonly zone: ZoneId;
  readonly zoneName: DnsName;
  readonly name: DnsName;
  /** Set where it is about the record sets of this set identifier alone. */
  readonly setIdentifier?: string;
  /** The run. */
  readonly run: string;
  /** Each record set that the run touched, as it was before and as the run left it; ownership records included. */
  readonly before: readonly RecordSet[];
  readonly after: readonly RecordSet[];
  /** The last of what the run did there. */
  readonly line: HistoryLine;
}

/** Puts together what a run did in several steps. Pure. @param lines the changes, of any order */
export function undoingsOf(lines: readonly HistoryLine[]): Undoing[] {
  const oldestFirst = [...lines].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const keyOf = (line: HistoryLine) => `${line.run}\n${line.zone}\n${changeKey(identityOf(line))}`;
  return [...groupBy(oldestFirst, keyOf).values()].map(steps => {
    const line = steps.at(-1) as HistoryLine;
    const { zone, zoneName, run } = line;
    return { zone, zoneName, run, ...identityOf(line), ...netOf(steps), line };
  });
}

/** A change is about one set identifier where all its record sets have that one, their ownership records included. */
function identityOf({ name, before, after }: HistoryLine): Pick<Undoing, 'name' | 'setIdentifier'> {
  const [setIdentifier, ...more] = new Set([...before, ...after].map(record => record.setIdentifier));
  return { name, ...(setIdentifier !== undefined && more.length === 0 && { setIdentifier }) };
}

function netOf(steps: readonly HistoryLine[]): Pick<Undoing, 'before' | 'after'> {
  const before = new Map<string, RecordSet>();
  const after = new Map<string, RecordSet>();
  const seen = new Set<string>();
  for (const step of steps) {
    const touched = [...step.before, ...step.after].map(recordId);
    for (const record of step.before) if (!seen.has(recordId(record))) before.set(recordId(record), record);
    for (const id of touched) after.delete(id);
    for (const record of step.after) after.set(recordId(record), record);
    for (const id of touched) seen.add(id);
  }
  return { before: [...before.values()], after: [...after.values()] };
}

/** The line that an undoing leaves: what it undoes, the other way round. Pure. */
export function undoneLine({ line, before, after, run }: Undoing, mark: Pick<HistoryLine, 'at' | 'run'>): HistoryLine {
  const action = after.length === 0 ? 'create' : before.length === 0 ? 'delete' : 'update';
  const why = `a person undid what the run ${run} did`;
  // When that run began, and what it cost, says nothing of the undoing.
  const { began: _, noticed: __, calls: ___, ...same } = line;
  return { ...same, ...mark, by: 'manual', action, why, undoes: run, before: after, after: before };
}
