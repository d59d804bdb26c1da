import { FLAGS, type Flag } from '../config/index.ts';
import { ANNOTATIONS } from './annotations.ts';

const KINDS = { done: 'nothing to set', else: 'set elsewhere', none: '**no equivalent**' } as const;

const row = (...cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function flagRow(flag: Flag): string {
  const name = `\`--${flag.flag}\``;
  if (flag.kind !== 'key') return row(name, KINDS[flag.kind], flag.why);
  return row(name, flag.keys.map(key => `\`${key}\``).join(', '), flag.note ?? '');
}

/** The flags of ExternalDNS that mean something with Route 53, as a Markdown table: the one that `import-args` works by. */
export const flagTable = (): string =>
  [row('ExternalDNS', 'fairlead', ''), '|---|---|---|', ...FLAGS.map(flagRow)].join('\n');

/** The annotations of ExternalDNS, as a Markdown table. */
export const annotationTable = (): string =>
  [
    row('annotation', 'what differs'),
    '|---|---|',
    ...ANNOTATIONS.map(({ annotation, difference }) => row(`\`${annotation}\``, difference ?? 'nothing')),
  ].join('\n');
