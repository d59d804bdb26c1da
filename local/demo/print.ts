import type { Notice, RunResult } from '../../lib/model/index.ts';
import { printable } from '../../lib/printable.ts';
import { terminalOptions } from '../../lib/report/terminal.ts';
import { formatResult, formatTable, type TextOptions } from '../../lib/report/text.ts';
import type { RecordJson } from '../emulators/route53/json.ts';
import type { World } from '../world.ts';
import { formatJourney } from './timeline.ts';
import type { Trace } from './traces.ts';

/** The terminal may be made wider or narrower meanwhile. */
const options = (): TextOptions => ({ rows: 100, ...terminalOptions(process.stdout, process.env) });

/** Tells a text, whatever is in it: a manifest may name its kind as it likes. */
export const say = (text: string) => process.stdout.write(`${printable(text)}\n`);

/** Shows what is formatted already, colours and all. */
const show = (text: string) => process.stdout.write(`${text}\n`);

export function printResult(title: string, result: RunResult): void {
  show(`\n${printable(title)}\n${formatResult(result, options())}`);
}

/** What is left undone, to tell once what stays the same from run to run; some messages have a time in them. */
export function undone({ findings }: RunResult): string {
  return JSON.stringify(findings.map(({ reason, name, object, cluster }) => [reason, name, object, cluster]));
}

/** What is said of a run that changed nothing, in short; undefined: the result is news. */
export function inShort(result: RunResult, before: string): string | undefined {
  if (!isIdle(result) || undone(result) !== before) return undefined;
  if (result.inStep && !result.reasons.grace) return 'nothing to do';
  const reasons = Object.entries(result.reasons).map(([reason, count]) => `${count} ${reason}`);
  return `nothing changes, and what was not done stays so (${reasons.join(', ')})`;
}

let undoneBefore = '[]';

function printRun(what: string, result: RunResult, byNotice: boolean): void {
  const short = byNotice ? undefined : inShort(result, undoneBefore);
  undoneBefore = undone(result);
  if (short === undefined) printResult(what, result);
  else say(`\n${what} ${short}`);
}

/** What became of one batch; `changedAt`: when the object changed that it is about, if that is known. */
export function printStory({ batch, result, timeline }: Trace, changedAt?: number): void {
  const what = timeline ? `A run for ${describeNotice(timeline.notice)}:` : 'A run for the schedule:';
  if (batch.failed.length > 0)
    say(`\n${what} it failed, and is tried again (${batch.error?.message ?? '--logs tells why'})`);
  else if (!result) say(`\n${what} none was needed, an earlier one had seen all of it`);
  else printRun(what, result, timeline !== undefined);
  if (timeline) say(formatJourney(timeline, changedAt));
}

function isIdle({ counts: { created, updated, deleted } }: RunResult): boolean {
  return created + updated + deleted === 0;
}

function describeNotice({ cluster, sequence, objects }: Notice): string {
  const named = objects?.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).slice(0, 5) ?? [];
  const more = (objects?.length ?? 0) > named.length ? ', …' : '';
  return `notice ${sequence} of cluster ${cluster} (${named.join(', ') || 'anything may have changed'}${more})`;
}

/** The records of every zone as they stand, each zone in a table. */
export function printRecords({ route53 }: World): void {
  for (const { name, records } of route53.dump()) printZone(`The records of ${name}`, records);
}

function printZone(title: string, records: readonly RecordJson[]): void {
  const rows = records.map(({ name, type, ttl, values, alias }) => {
    const value = alias ? `alias ${alias.dnsName}` : (values ?? []).join('\n');
    return [name.replaceAll('\\052', '*'), type, ttl === undefined ? '' : String(ttl), value];
  });
  show(`\n${printable(title)}\n${formatTable(['NAME', 'TYPE', 'TTL', 'VALUE'], rows, options(), 2)}`);
}
