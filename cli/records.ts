import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import { matchesGlob } from '../lib/glob.ts';
import { printable } from '../lib/printable.ts';
import { composePorts, type ListedRecord, listRecords } from '../lib/reconcile/index.ts';
import { markdownTable } from '../lib/report/markdown.ts';
import { describeValue, formatTable } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show } from './output.ts';

/** Which records are listed: each kind narrows, of the values of one any will do. */
export interface RecordFilters {
  readonly all?: boolean;
  readonly zone?: readonly string[];
  readonly name?: readonly string[];
  readonly owner?: readonly string[];
  readonly cluster?: readonly string[];
}

/** `fairlead records`. */
export function runRecords(options: GlobalOptions & RecordFilters): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    const run = { config, ports: composePorts(config, env, credentials) };
    const all = await listRecords(run, { all: options.all === true });
    const listed = all.filter(filterOf(options, config, all));
    const rows = listed.map(rowOf);
    await show(options, {
      value: listed,
      text: text => (rows.length === 0 ? nothingFits(options, all.length) : formatTable(HEAD, rows, text, 2)),
      markdown: () => markdownTable(HEAD, rows),
      names: () => listed.map(({ record }) => record.name),
    });
    return EXIT.inStep;
  });
}

const HEAD = ['NAME', 'TYPE', 'VALUE', 'OWNER', 'OBJECT', 'ZONE'];

const rowOf = ({ zone, record, owner, resource }: ListedRecord) => [
  record.name,
  record.type,
  describeValue(record),
  owner ?? '',
  resource ?? '',
  zone.private ? `${zone.name} (private)` : zone.name,
];

/** An empty table would leave it open whether there is nothing or the filter is mistyped. */
function nothingFits({ all, zone, name, owner, cluster }: RecordFilters, count: number): string {
  const filters = Object.entries({ zone, name, owner, cluster }).flatMap(([key, values = []]) =>
    values.map(value => `--${key} ${value}`),
  );
  const of = all ? 'of the selected zones' : 'of ours in the selected zones (--all: everybody’s)';
  const what = `${count} ${count === 1 ? 'record set' : 'record sets'} ${of}`;
  return printable(filters.length === 0 ? `there are ${what}` : `none of the ${what} fits ${filters.join(' ')}`);
}

/** @throws Error for a cluster that the config does not have, and that has left nothing behind */
function filterOf(
  { zone, name, owner, cluster }: RecordFilters,
  { clusters }: Config,
  all: readonly ListedRecord[],
): (one: ListedRecord) => boolean {
  const gone = new Set(all.flatMap(({ left = [] }) => left));
  const ofClusters = cluster?.flatMap(pattern => {
    const known = clusters.filter(one => matchesGlob(one.name, pattern));
    const left = [...gone].filter(one => matchesGlob(one, pattern));
    if (known.length + left.length > 0) return [...known, ...left.map(one => ({ name: one }))];
    throw new Error(`the config has no cluster "${pattern}"; it has ${clusters.map(one => one.name).join(', ')}`);
  });
  const any = (wanted: readonly string[] | undefined, ...values: readonly string[]) =>
    wanted === undefined ||
    wanted.some(pattern => values.some(value => matchesGlob(value, pattern.toLowerCase().replace(/\.$/, ''))));
  const isOf = (one: ListedRecord) =>
    ofClusters === undefined ||
    ofClusters.some(known =>
      'owner' in known
        ? one.left === undefined &&
          one.owner === known.owner &&
          (one.cluster === undefined || one.cluster === known.name)
        : one.left?.includes(known.name) === true,
    );
  return one =>
    any(name, one.record.name) &&
    any(zone, one.zone.name, one.zone.id.toLowerCase()) &&
    (owner === undefined || owner.some(pattern => one.owner !== undefined && matchesGlob(one.owner, pattern))) &&
    isOf(one);
}
