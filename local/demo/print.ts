import type { RunResult } from '../../lib/model/index.ts';
import { formatResult, formatTable, type TextOptions } from '../../lib/report/text.ts';
import type { RecordJson } from '../route53/json.ts';

const OPTIONS: TextOptions = { colour: process.stdout.isTTY === true && !process.env.NO_COLOR, rows: 100 };

export const say = (text: string) => process.stdout.write(`${text}\n`);

export function printResult(title: string, result: RunResult): void {
  say(`\n${title}\n${formatResult(result, OPTIONS)}`);
}

/** The records of a zone as they stand, in a table. */
export function printRecords(title: string, records: readonly RecordJson[]): void {
  const rows = records.map(({ name, type, ttl, values, alias }) => {
    const value = alias ? `→ ${alias.dnsName}` : (values ?? []).join('\n');
    return [name.replaceAll('\\052', '*'), type, ttl === undefined ? '' : String(ttl), value];
  });
  say(`\n${title}\n${formatTable(['NAME', 'TYPE', 'TTL', 'VALUE'], rows, OPTIONS)}`);
}
