import { loadConfig } from '../lib/config/index.ts';
import { composePorts, listRecords } from '../lib/reconcile/index.ts';
import { describeValue, formatTable } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, ROWS, useColour } from './output.ts';

/** `fairlead records`. */
export function runRecords(options: GlobalOptions & { all?: boolean }): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    const listed = await listRecords(
      { config, ports: composePorts(config, env, credentials) },
      { all: options.all === true },
    );
    if (options.json) {
      process.stdout.write(`${JSON.stringify(listed)}\n`);
      return EXIT.inStep;
    }
    const rows = listed.map(({ zone, record, owner, resource }) => [
      record.name,
      record.type,
      describeValue(record),
      owner ?? '',
      resource ?? '',
      zone.private ? `${zone.name} (private)` : zone.name,
    ]);
    const colour = useColour(options);
    process.stdout.write(
      `${formatTable(['NAME', 'TYPE', 'VALUE', 'OWNER', 'OBJECT', 'ZONE'], rows, { colour, rows: options.all ? ROWS * 10 : ROWS })}\n`,
    );
    return EXIT.inStep;
  });
}
