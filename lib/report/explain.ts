import { styleText } from 'node:util';
import { ago, span } from '../ago.ts';
import type {
  Asker,
  ExplainedRecord,
  ExplainedZone,
  Explanation,
  NextChange,
  ObjectExplanation,
  Outcome,
  Source,
  Verdict,
} from '../explain/index.ts';
import { describeObject, type Finding, type HistoryLine, whyLeftAlone } from '../model/index.ts';
import { printable } from '../printable.ts';
import { routingText } from './change.ts';
import { describeValue } from './text.ts';

type Style = Parameters<typeof styleText>[0];

export interface ExplainOptions {
  readonly colour: boolean;
  /** Lines of one part at most: everything is to fit on a screen. */
  readonly rows: number;
  /** Epoch milliseconds, to say how old things are. */
  readonly now: number;
}

const VERDICTS: Readonly<Record<Verdict, Style>> = {
  published: 'green',
  partly: 'yellow',
  pending: 'yellow',
  refused: 'red',
  leaving: 'yellow',
  kept: 'yellow',
  foreign: 'cyan',
  unknown: 'cyan',
};

const OUTCOMES: Readonly<Record<Outcome, Style>> = {
  published: 'green',
  shared: 'green',
  pending: 'yellow',
  refused: 'red',
  waiting: 'yellow',
  filtered: 'cyan',
  unclear: 'red',
};

/** One hostname on one screen. */
export function formatExplanation(explanation: Explanation, options: ExplainOptions): string {
  const { verdict, summary, zones, asking, reasons, next, dns, source, advice } = explanation;
  const paint = painter(options);
  return layOut(
    [
      ['', [paint(VERDICTS[verdict], summary)]],
      [
        'STANDS',
        zones.length === 0 ? ['in no hosted zone of the account'] : zones.flatMap(zone => zoneLines(zone, options)),
      ],
      ['WORLD', dns ? dnsLines(dns) : []],
      [
        'ASKED BY',
        asking.length === 0
          ? ['no object']
          : asking.flatMap(one => askerLines(one, describeObject(one.object), options)),
      ],
      ['TOLD', besides(reasons, asking)],
      ['LATELY', explanation.last.map(latelyLine)],
      ['NEXT RUN', next.length === 0 ? ['changes nothing here'] : next.map(changeLine)],
      ['DO', [printable(advice)]],
      ['FROM', sourceLines(source, options)],
    ],
    options,
  );
}

/** One object on one screen. */
export function formatObject(explanation: ObjectExplanation, options: ExplainOptions): string {
  const { summary, published, known, names, reasons, holds, advice, source } = explanation;
  const paint = painter(options);
  return layOut(
    [
      ['', [paint(published ? 'green' : known ? 'yellow' : 'cyan', summary)]],
      ['NAMES', names.flatMap(one => askerLines(one, one.name, options))],
      ['TOLD', besides(reasons, names)],
      ['STILL HAS', holds.map(printable)],
      ['DO', [printable(advice)]],
      ['FROM', sourceLines(source, options)],
    ],
    options,
  );
}

/** What is told of none of those that ask already. */
function besides(reasons: readonly Finding[], askers: readonly Asker[]): string[] {
  const shown = new Set(askers.flatMap(one => one.reasons.map(told)));
  return reasons.map(told).filter(text => !shown.has(text));
}

const painter =
  ({ colour }: ExplainOptions) =>
  (style: Style, text: string) =>
    colour ? styleText(style, printable(text), { validateStream: false }) : printable(text);

type Part = readonly [title: string, lines: readonly string[]];

const WIDTH = 11;

/** Titles on the left, what belongs to them beside; a part without lines is left out. */
function layOut(parts: readonly Part[], { rows, colour }: ExplainOptions): string {
  const bold = (text: string) => (colour ? styleText('bold', text, { validateStream: false }) : text);
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => {
      const shown = lines.slice(0, rows);
      const more = lines.length > rows ? [`… and ${lines.length - rows} more lines (--json has all of them)`] : [];
      if (title === '') return [...shown, ''].join('\n');
      return [...shown, ...more]
        .map((line, i) => `${i === 0 ? bold(title) + ' '.repeat(WIDTH - title.length) : ' '.repeat(WIDTH)}${line}`)
        .join('\n');
    })
    .join('\n');
}

function zoneLines(zone: ExplainedZone, options: ExplainOptions): string[] {
  const paint = painter(options);
  const left = zone.selected ? '' : '; the config does not select it (zones), so it is not read';
  const head = `in ${zone.name} (${zone.id}): ${zone.delegation.message}${left}`;
  const { refusal, reservedBy, unwantedSince } = zone;
  return [
    printable(head),
    ...zone.records.map(
      one =>
        `  ${paint(one.ours ? 'green' : 'yellow', `${one.record.type} ${describeValue(one.record)}`)} ${whose(one)}`,
    ),
    ...(zone.records.length === 0 && zone.selected
      ? [zone.readAt === undefined ? '  not known: nothing is kept of it' : '  nothing']
      : []),
    ...(reservedBy === undefined ? [] : [printable(`  reserved by an ownership record of "${reservedBy}"`)]),
    ...(unwantedSince === undefined ? [] : [`  wanted by nobody since ${ago(unwantedSince, options.now)}`]),
    ...(refusal
      ? [
          printable(
            `  refused by Route 53 ${refusal.attempts} time${refusal.attempts === 1 ? '' : 's'} (${refusal.message}); tried again ${inFuture(refusal.retryAt, options)}`,
          ),
        ]
      : []),
  ];
}

function whose({ record: standing, ours, ownership, doubt }: ExplainedRecord): string {
  const left = whyLeftAlone(standing);
  if (!ownership) return `nobody’s: no ownership record${left === undefined ? '' : `; it ${left}, so left alone`}`;
  const { owner, cluster, resource, record, parts = [] } = ownership;
  if (parts.length > 1) {
    const shares = parts.map(part => `${part.cluster}: ${part.resource} has ${part.addresses.join(', ')}`);
    return printable(`ours: clusters have it together (TXT ${record}): ${shares.join('; ')}`);
  }
  const whom = ours ? 'ours' : left === undefined ? 'another’s' : 'left alone';
  const of = [resource, cluster && `cluster ${cluster}`].filter(Boolean).join(', ');
  const why =
    doubt === 'contested'
      ? '; contested, so left alone'
      : doubt === 'unproven'
        ? '; older than its ownership record, so left alone'
        : left === undefined
          ? ''
          : `; it ${left}`;
  return printable(`${whom}: owner "${owner}"${of ? `, ${of}` : ''} (TXT ${record})${why}`);
}

function dnsLines({ answers, nameServers, problems, server }: NonNullable<Explanation['dns']>): string[] {
  const asked = server === undefined ? 'public DNS' : server;
  return [
    ...answers.map(({ type, values }) => printable(`${asked} answers ${type} ${values.join(', ')}`)),
    ...(answers.length === 0 ? [printable(`${asked} has no answer`)] : []),
    ...(nameServers.length > 0 ? [printable(`name servers of the zone: ${nameServers.join(', ')}`)] : []),
    ...problems.map(printable),
  ];
}

function askerLines({ wants, outcome, rule, reasons }: Asker, subject: string, options: ExplainOptions): string[] {
  const paint = painter(options);
  const targets = wants.map(({ type, targets: some, ...set }) =>
    [some.length === 0 ? type : `${type === 'CNAME' ? '' : `${type} `}${firstFew(some)}`, routingText(set)]
      .join(' ')
      .trim(),
  );
  const by = rule === undefined || outcome === 'published' ? '' : ` (decided by: ${rule})`;
  const head = `${printable(subject)}${targets.length > 0 ? printable(` → ${targets.join('; ')}`) : ''}: ${paint(OUTCOMES[outcome], outcome)}${by}`;
  return [head, ...reasons.map(finding => `  ${told(finding)}`)];
}

const SHOWN = 3;

const firstFew = (targets: readonly string[]) =>
  targets.length > SHOWN ? `${targets.slice(0, SHOWN).join(', ')}, … (${targets.length})` : targets.join(', ');

const told = ({ reason, message, field }: Finding) =>
  printable(`${reason}: ${message}${field === undefined || message.includes(field) ? '' : ` (${field})`}`);

const SIGNS = { create: '+', update: '~', delete: '-' } as const;

function changeLine({ action, name, type, before, after, drift }: NextChange): string {
  const value =
    before && after
      ? `${describeValue(before)} becomes ${describeValue(after)}`
      : describeValue(after ?? before ?? { name, type });
  return printable(
    `${SIGNS[action]} ${action} ${name} ${type} ${value}${drift ? ' (somebody changed it in Route 53)' : ''}`,
  );
}

function sourceLines({ origin, clusters, gaps }: Source, options: ExplainOptions): string[] {
  const times = Object.values(clusters);
  const newest =
    times.length === 0
      ? ''
      : `, clusters as of ${ago(Math.max(...times), options.now)} at the latest (they are written when they change)`;
  const head =
    origin === 'read' ? 'read just now; nothing was written' : `what runs have kept${newest}; --fresh reads anew`;
  return [head, ...gaps.map(gap => printable(`but ${gap}`))];
}

/** What a run did, on one line. */
function latelyLine({ at, action, why, by, run }: HistoryLine): string {
  return printable(`${at.slice(0, 19).replace('T', ' ')} ${action}: ${why} (${by}, run ${run})`);
}

const inFuture = (at: number, { now }: ExplainOptions) => (at <= now ? 'with the next run' : `in ${span(at - now)}`);
