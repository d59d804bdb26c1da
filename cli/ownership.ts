import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import type { Finding } from '../lib/model/index.ts';
import { printable } from '../lib/printable.ts';
import { type Ask, composePorts, type Moves, moveOwnership } from '../lib/reconcile/index.ts';
import { formatTable, type TextOptions } from '../lib/report/text.ts';
import { canonicalHostname } from '../lib/sources/index.ts';
import { isAgreed } from './ask.ts';
import { type TerminalAws, terminalAws } from './aws.ts';
import { stoppable } from './interrupt.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show, textOptions } from './output.ts';
import { changeStream } from './stream.ts';

export interface MoveOptions extends GlobalOptions {
  /** Don't ask. */
  readonly yes?: boolean;
  /** In the zones of this view of the config. */
  readonly view?: string;
}

export interface AdoptOptions extends MoveOptions {
  readonly overwrite?: boolean;
}

export interface TransferOptions extends MoveOptions {
  readonly from?: string;
  readonly to?: string;
  readonly names?: string[];
  readonly unasked?: boolean;
  /** Seconds. */
  readonly watch: number;
  readonly fromPrefix?: string;
  readonly fromSuffix?: string;
  readonly fromWildcardReplacement?: string;
  readonly rekey?: boolean;
}

export interface ReleaseOptions extends MoveOptions {
  readonly cluster?: string;
}

export interface ImportOptions extends MoveOptions {
  readonly table: string;
  readonly region?: string;
  readonly from?: string;
  readonly to?: string;
  readonly names?: string[];
  readonly unasked?: boolean;
}

const inView = ({ view }: MoveOptions) => (view === undefined ? {} : { view });

type OwnershipAsk = Exclude<Ask, { kind: 'undo' }>;

/** `fairlead adopt NAME…` */
export const runAdopt = (names: readonly string[], options: AdoptOptions): Promise<void> =>
  run(options, () => ({ kind: 'adopt', names: names.map(nameOf), overwrite: options.overwrite === true }));

/** `fairlead release NAME…`, or all of a cluster that left the config. */
export const runRelease = (names: readonly string[], options: ReleaseOptions): Promise<void> =>
  run(options, () => {
    if (names.length > 0 === (options.cluster !== undefined))
      throw new Error('name what is to be released: names, or --cluster with one that is no longer in the config');
    if (options.cluster === '') throw new Error('--cluster names no cluster');
    if (options.cluster !== undefined) return { kind: 'release-cluster', cluster: options.cluster };
    return { kind: 'release', names: names.map(nameOf) };
  });

/** `fairlead transfer`: from another owner, from other affixes, or from an older key. */
export const runTransfer = (options: TransferOptions): Promise<void> => run(options, () => transferOf(options));

/** `fairlead import-registry`: from ExternalDNS's DynamoDB table. */
export const runImportRegistry = (options: ImportOptions): Promise<void> =>
  run(options, async ({ env, credentials }, { clusters }) => {
    const owners = [...new Set(clusters.map(({ owner }) => owner))];
    const from = options.from ?? owners[0] ?? '';
    if (options.from === undefined && owners.length > 1)
      throw new Error(
        `the config has several owners (${owners.join(', ')}): say with --from whose records the table is to give`,
      );
    const region = options.region ?? env.AWS_REGION;
    if (region === undefined) throw new Error('in which region is the table? give --region, or AWS_REGION');
    // Loaded for this command alone.
    const { heldByOwner } = await import('./registry-table.ts');
    const endpoint = env.AWS_ENDPOINT_URL_DYNAMODB ?? env.AWS_ENDPOINT_URL;
    const held = await heldByOwner({ name: options.table, region, endpoint, credentials }, from);
    return {
      ...{ kind: 'import', from, held, names: patternsOf(options.names), unasked: options.unasked === true },
      ...(options.to !== undefined && { to: options.to }),
    };
  });

function patternsOf(names: readonly string[] = []): string[] {
  if (names.includes('')) throw new Error('--names has no pattern: write names, with * for any characters');
  return names.map(pattern => pattern.toLowerCase().replace(/\.$/, ''));
}

function transferOf(options: TransferOptions): OwnershipAsk {
  const {
    from,
    to,
    names = [],
    unasked = false,
    watch,
    fromPrefix,
    fromSuffix,
    fromWildcardReplacement,
    rekey,
  } = options;
  const affixes = fromPrefix !== undefined || fromSuffix !== undefined || fromWildcardReplacement !== undefined;
  if ([from !== undefined, affixes, rekey === true].filter(Boolean).length !== 1)
    throw new Error(
      'say what is transferred: --from OWNER, or --from-prefix, --from-suffix or --from-wildcard-replacement, or --rekey',
    );
  if (fromPrefix && fromSuffix) throw new Error('a prefix excludes a suffix: there was one of the two');
  if (from === '') throw new Error('--from names no owner');
  if (rekey) return { kind: 'rekey' };
  if (from === undefined) {
    const lower = (text: string | undefined, other = '') => (text ?? other).toLowerCase();
    // A prefix excludes a suffix: who names the one that was there says that there was no other.
    const affix = fromPrefix ?? fromSuffix;
    return {
      kind: 'rename',
      former: {
        ...(affix !== undefined && { prefix: lower(fromPrefix), suffix: lower(fromSuffix) }),
        ...(fromWildcardReplacement !== undefined && { wildcardReplacement: lower(fromWildcardReplacement) }),
      },
    };
  }
  return {
    kind: 'transfer',
    from,
    names: patternsOf(names),
    unasked,
    watchMs: watch * 1000,
    ...(to !== undefined && { to }),
  };
}

function nameOf(text: string): string {
  const result = canonicalHostname(text, { wildcard: true });
  if ('name' in result) return result.name;
  throw new Error(`"${text}" is not a hostname: ${result.problem}`);
}

type AskOf = (aws: TerminalAws, config: Config) => OwnershipAsk | Promise<OwnershipAsk>;

function run(options: MoveOptions, askOf: AskOf): Promise<void> {
  return command(options, async () => {
    const aws = await terminalAws(process.env);
    const { env, credentials } = aws;
    const config = loadConfig(options.config, env);
    const ask = await askOf(aws, config);
    const tell = (text: string) => process.stderr.write(`${text}\n`);
    const told = changeStream(aws, tell);
    const { ports, done } = stoppable(composePorts(config, env, credentials), tell);
    const agree = (shown: Moves) => agreed(shown, LATER[ask.kind], options);
    const result = await told(run =>
      moveOwnership(ask, { config, ports, ...inView(options), ...run }, agree).finally(done),
    );
    await show(options, {
      value: result,
      text: text => textOf(result, text),
      markdown: () => ['```', textOf(result, { ...textOptions(options), colour: false }), '```'].join('\n'),
      names: () => result.done.map(({ name }) => name),
    });
    if (result.done.length > 0 && ask.kind !== 'release' && config.state.store.kind === 'memory')
      tell(
        'what runs elsewhere (on Lambda) has not seen this: name its state store in state.store, or FAIRLEAD_STATE_BUCKET, the next time; now a forced run there believes it',
      );
    const left = result.refused.some(({ reason }) => reason !== 'warning');
    return left || result.done.length < result.moves.length ? EXIT.unpublished : EXIT.inStep;
  });
}

const LATER: Readonly<Record<OwnershipAsk['kind'], string>> = {
  adopt:
    'From then on the objects have them: a run changes them as their objects change, and removes them when these go.',
  transfer:
    'From then on they are ours: a run changes them as their objects change, and removes what no object asks for.',
  import:
    'The records stay as they are, and get ownership records. ExternalDNS must have stopped: with its table it would remove them again.',
  rename: 'The records stay as they are; their ownership records get the names that the config gives them.',
  rekey: 'The records stay as they are; their ownership records are written anew.',
  release:
    'The records stay, and are nobody’s: no run changes or removes them. An object that asks for one of the names is told that it is taken.',
  'release-cluster': 'The records stay, and are nobody’s: no run changes or removes them.',
};

/** A person is shown it first. Without a terminal nothing is done that was not agreed to beforehand. */
async function agreed(shown: Moves, later: string, options: MoveOptions): Promise<boolean> {
  if (options.yes) return true;
  const rows = { ...textOptions(options), colour: false };
  process.stderr.write(`${tableOf(shown, rows)}\n${later}\n`);
  if (!process.stdin.isTTY) {
    process.stderr.write('there is no terminal to ask on, so nothing is done: --yes does it\n');
    return false;
  }
  return isAgreed('Do it?');
}

function tableOf({ moves }: Moves, options: TextOptions): string {
  const rows = moves.map(({ name, setIdentifier, types, from, to, resource, zone, note }) => [
    name,
    types.join(', ') + (setIdentifier === undefined ? '' : ` "${printable(setIdentifier)}"`),
    from ?? 'nobody',
    to ?? 'nobody',
    resource ?? '',
    zone.private ? `${zone.name} (private)` : zone.name,
    note ?? '',
  ]);
  return formatTable(['NAME', 'TYPES', 'FROM', 'TO', 'OBJECT', 'ZONE', 'NOTE'], rows, options);
}

function textOf(
  { done, refused }: { done: Moves['moves']; refused: readonly Finding[] },
  options: TextOptions,
): string {
  const told = refused.slice(0, options.rows).map(({ reason, message }) => `${reason}: ${printable(message)}`);
  const more =
    refused.length > options.rows ? [`… and ${refused.length - options.rows} more (--json has all of them)`] : [];
  const names = new Set(done.map(({ name, zone }) => `${zone.id} ${name}`)).size;
  return [
    ...(done.length > 0 ? [tableOf({ moves: done, refused: [] }, options)] : []),
    ...told,
    ...more,
    `done: ${names} ${names === 1 ? 'name' : 'names'}; not done: ${refused.filter(({ reason }) => reason !== 'warning').length}`,
  ].join('\n');
}
