import { styleText } from 'node:util';
import type { Check } from '../model/index.ts';
import { printable } from '../printable.ts';

const SIGNS = {
  ok: ['green', 'ok     '],
  doubt: ['yellow', 'doubt  '],
  bad: ['red', 'BAD    '],
  unknown: ['cyan', 'unknown'],
} as const satisfies Readonly<Record<Check['status'], unknown>>;

/** What the doctor found, a line each, the remedy below; the last line counts. */
export function formatChecks(checks: readonly Check[], { colour }: { readonly colour: boolean }): string {
  const lines = checks.flatMap(({ status, area, subject, found, remedy }) => {
    const [style, text] = SIGNS[status];
    const sign = colour ? styleText(style, text, { validateStream: false }) : text;
    const line = `${sign}  ${area}: ${subject === '' ? '' : `${printable(subject)}: `}${printable(found)}`;
    return remedy === undefined ? [line] : [line, `           → ${printable(remedy)}`];
  });
  const count = (status: Check['status']) => checks.filter(check => check.status === status).length;
  return `${lines.join('\n')}\n\n${count('bad')} bad, ${count('doubt')} in doubt, ${count('unknown')} not looked at, ${count('ok')} ok`;
}
