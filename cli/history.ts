import { loadConfig } from '../lib/config/index.ts';
import { printable } from '../lib/printable.ts';
import { composePorts, readHistory } from '../lib/reconcile/index.ts';
import { HISTORY_HEAD, historyRow } from '../lib/report/history.ts';
import { markdownTable } from '../lib/report/markdown.ts';
import { formatTable } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show } from './output.ts';

export interface HistoryOptions extends GlobalOptions {
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly run?: string;
}

const DAY = 24 * 3_600_000;

/** Days that are looked through unless it is said otherwise. */
const DAYS = 7;

/** `fairlead history [NAME|OBJECT]`. */
export function runHistory(what: string | undefined, options: HistoryOptions): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    if (config.state.store.kind === 'memory')
      throw new Error(
        'state.store is "memory", which keeps nothing between two commands: name the folder or bucket that runs use',
      );
    const ports = composePorts(config, env, credentials);
    const { since = DAYS * DAY, run } = options;
    const query = { ...(what !== undefined && { what }), ...(run !== undefined && { run }) };
    const lines = await readHistory({ config, ports }, ports.clock.now() - since, query);
    const rows = lines.map(historyRow);
    await show(options, {
      value: lines,
      text: text => (rows.length === 0 ? nothingFound(what, run, since) : formatTable(HISTORY_HEAD, rows, text)),
      markdown: () => markdownTable(HISTORY_HEAD, rows),
      names: () => lines.map(({ name }) => name),
    });
    return EXIT.inStep;
  });
}

function nothingFound(what: string | undefined, run: string | undefined, since: number): string {
  const of = [...(what === undefined ? [] : [`of ${what}`]), ...(run === undefined ? [] : [`by the run ${run}`])].join(
    ' ',
  );
  const days = since / DAY;
  const time = days >= 1 ? `${Number(days.toFixed(1))} days` : `${Number((since / 3_600_000).toFixed(1))} hours`;
  return printable(`no change ${of ? `${of} ` : ''}in the last ${time} (--since looks further back, 30 days at most)`);
}

/** `2d`, `12h`, `90m`. @returns milliseconds, undefined for anything else */
export function parseSpan(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const size = { m: 60_000, h: 3_600_000, d: DAY }[unit];
  return size === undefined ? undefined : Number(count) * size;
}
