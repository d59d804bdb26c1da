import { loadConfig } from '../lib/config/index.ts';
import { recordChanges } from '../lib/model/index.ts';
import { printable } from '../lib/printable.ts';
import {
  composePorts,
  type HeldName,
  type MoveResult,
  type Moves,
  releaseUndone,
  type UndoQuery,
  undo,
} from '../lib/reconcile/index.ts';
import { changeRow } from '../lib/report/change.ts';
import { formatTable, type TextOptions } from '../lib/report/text.ts';
import { isAgreed } from './ask.ts';
import { terminalAws } from './aws.ts';
import { stoppable } from './interrupt.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show, textOptions } from './output.ts';
import { changeStream } from './stream.ts';

export interface UndoOptions extends GlobalOptions {
  readonly zone?: string;
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly release?: boolean;
  /** In the zones of this view of the config. */
  readonly view?: string;
  readonly dryRun?: boolean;
  /** Don't ask. */
  readonly yes?: boolean;
}

const DAY = 24 * 3_600_000;

/** Days of the history that are looked through unless it is said otherwise. */
const DAYS = 7;

/** `fairlead undo RUN|NAME…`, and `fairlead undo --release …`. */
export function runUndo(what: readonly string[], options: UndoOptions): Promise<void> {
  return command(options, async () => {
    if (what.length === 0 && !options.release)
      throw new Error(
        'say what is undone: a run (as fairlead history names it), or a hostname, of which the last change is undone',
      );
    const aws = await terminalAws(process.env);
    const { env, credentials } = aws;
    const config = loadConfig(options.config, env);
    if (config.state.store.kind === 'memory')
      throw new Error(
        'state.store is "memory", which keeps nothing between two commands: name the folder or bucket that runs use',
      );
    const tell = (text: string) => process.stderr.write(`${text}\n`);
    const told = changeStream(aws, tell);
    const { ports, done } = stoppable(composePorts(config, env, credentials), tell);
    const lower = (text: string) => text.toLowerCase().replace(/(?<=.)\.$/, '');
    const query: UndoQuery = {
      what: what.map(one => (one.includes('.') ? lower(one) : one)),
      ...(options.zone !== undefined && {
        zone: /^Z[A-Z0-9]+$/.test(options.zone) ? options.zone : lower(options.zone),
      }),
    };
    const run = { config, ports, ...(options.view !== undefined && { view: options.view }) };
    if (options.release) return releasing(query, run, options).finally(done);
    const from = ports.clock.now() - (options.since ?? DAYS * DAY);
    return told(more => undoing(query, from, { ...run, ...more }, options).finally(done));
  });
}

type Run = Parameters<typeof releaseUndone>[1];

async function undoing(query: UndoQuery, from: number, run: Run, options: UndoOptions): Promise<number> {
  const result = await undo(query, from, run, async shown =>
    agreed(() => `${tableOf(shown.moves, plainText(options))}\n${AFTER_UNDO}`, options),
  );
  const { dryRun = false } = options;
  const text = (layout: TextOptions) => textOf(result, dryRun, layout);
  await show(options, {
    value: { moves: result.moves.map(undoneOf), refused: result.refused, done: result.done.map(undoneOf) },
    text,
    markdown: () => ['```', text(plainText(options)), '```'].join('\n'),
    names: () => (dryRun ? result.moves : result.done).map(({ name }) => name),
  });
  const left = result.refused.some(({ reason }) => reason !== 'warning');
  return left || result.done.length < result.moves.length ? EXIT.unpublished : EXIT.inStep;
}

async function releasing(query: UndoQuery, run: Run, options: UndoOptions): Promise<number> {
  const result = await releaseUndone(query, run, async held =>
    agreed(() => `${heldTable(held, plainText(options))}\n${AFTER_RELEASE}`, options),
  );
  const { dryRun = false } = options;
  const some = dryRun ? result.held : result.released;
  const text = (layout: TextOptions) =>
    [
      ...(some.length > 0 ? [heldTable(some, layout)] : []),
      ...(dryRun && some.length > 0 ? [AFTER_RELEASE] : []),
      ...result.warnings.map(({ reason, message }) => `${reason}: ${printable(message)}`),
      `${dryRun ? 'to be ' : ''}released: ${some.length}`,
    ].join('\n');
  await show(options, {
    value: result,
    text,
    markdown: () => ['```', text(plainText(options)), '```'].join('\n'),
    names: () => some.map(({ name }) => name),
  });
  return result.released.length < result.held.length ? EXIT.unpublished : EXIT.inStep;
}

/** As a machine is told of it: what each run did is in the history. */
const undoneOf = ({ undoing, ...move }: Moves['moves'][number]) => ({ ...move, undoes: undoing?.run });

const AFTER_UNDO =
  'It is held so: no run changes these names, whatever their objects ask for, until fairlead undo --release NAME.';
const AFTER_RELEASE =
  'Nothing is changed in Route 53 now: the next run makes of these names what their objects ask for.';

const plainText = (options: GlobalOptions): TextOptions => ({ ...textOptions(options), colour: false });

/** A person is shown it first. Without a terminal nothing is done that was not agreed to beforehand. Of a dry run it is the result. */
async function agreed(shown: () => string, { yes, dryRun }: UndoOptions): Promise<boolean> {
  if (dryRun) return false;
  if (yes) return true;
  process.stderr.write(`${shown()}\n`);
  if (!process.stdin.isTTY) {
    process.stderr.write('there is no terminal to ask on, so nothing is done: --yes does it\n');
    return false;
  }
  return isAgreed('Do it?');
}

function tableOf(moves: Moves['moves'], options: TextOptions): string {
  const rows = moves.flatMap(({ change, zone, undoing }) =>
    recordChanges(change).map(one => [
      ...changeRow(one).slice(0, 4),
      undoing?.run ?? '',
      zone.private ? `${zone.name} (private)` : zone.name,
    ]),
  );
  return formatTable(['CHANGE', 'NAME', 'TYPE', 'VALUE', 'UNDOES RUN', 'ZONE'], rows, options, 3);
}

function heldTable(held: readonly HeldName[], options: TextOptions): string {
  const rows = held.map(({ name, key, undone, zone }) => [
    name,
    key.slice(name.length + 1),
    new Date(undone.at).toISOString().slice(0, 19).replace('T', ' '),
    undone.run,
    zone.private ? `${zone.name} (private)` : zone.name,
  ]);
  return formatTable(['NAME', 'SET IDENTIFIER', 'HELD SINCE', 'UNDONE RUN', 'ZONE'], rows, options);
}

function textOf({ moves, done, refused }: MoveResult, dryRun: boolean, options: TextOptions): string {
  const some = dryRun ? moves : done;
  const told = refused.slice(0, options.rows).map(({ reason, message }) => `${reason}: ${printable(message)}`);
  const more =
    refused.length > options.rows ? [`… and ${refused.length - options.rows} more (--json has all of them)`] : [];
  const names = new Set(some.map(({ name, zone }) => `${zone.id} ${name}`)).size;
  return [
    ...(some.length > 0 ? [tableOf(some, options)] : []),
    ...(dryRun && some.length > 0 ? [AFTER_UNDO] : []),
    ...told,
    ...more,
    `${dryRun ? 'to be ' : ''}undone: ${names} ${names === 1 ? 'name' : 'names'}; not undone: ${refused.filter(({ reason }) => reason !== 'warning').length}`,
  ].join('\n');
}
