import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import { matchesGlob } from '../lib/glob.ts';
import { composePorts, type ListedRecord, listRecords } from '../lib/reconcile/index.ts';
import { printableJson } from '../lib/report/printable.ts';
import { describeValue, formatTable } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, print, rowsOf, useColour } from './output.ts';

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
    const fits = filterOf(options, config);
    const run = { config, ports: composePorts(config, env, credentials) };
    const listed = (await listRecords(run, { all: options.all === true })).filter(fits);
    await print(options.json ? printableJson(listed) : tableOf(listed, options));
    return EXIT.inStep;
  });
}

function tableOf(listed: readonly ListedRecord[], options: GlobalOptions): string {
  const rows = listed.map(({ zone, record, owner, resource }) => [
    record.name,
    record.type,
    describeValue(record),
    owner ?? '',
    resource ?? '',
    zone.private ? `${zone.name} (private)` : zone.name,
  ]);
  const head = ['NAME', 'TYPE', 'VALUE', 'OWNER', 'OBJECT', 'ZONE'];
  return formatTable(head, rows, { colour: useColour(options), rows: rowsOf(options) });
}

/** @throws Error for a cluster that the config does not have */
function filterOf({ zone, name, owner, cluster }: RecordFilters, { clusters }: Config): (one: ListedRecord) => boolean {
  const owners = cluster?.map(wanted => {
    const known = clusters.find(one => one.name === wanted);
    if (known) return known.owner;
    throw new Error(`the config has no cluster "${wanted}"; it has ${clusters.map(one => one.name).join(', ')}`);
  });
  const any = (wanted: readonly string[] | undefined, ...values: readonly string[]) =>
    wanted === undefined ||
    wanted.some(pattern => values.some(value => matchesGlob(value, pattern.toLowerCase().replace(/\.$/, ''))));
  return one =>
    any(name, one.record.name) &&
    any(zone, one.zone.name, one.zone.id.toLowerCase()) &&
    (owner === undefined || owner.includes(one.owner ?? '')) &&
    (owners === undefined || owners.includes(one.owner ?? ''));
}
