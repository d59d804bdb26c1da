import { expect, test } from 'vitest';
import type { Finding, RunResult } from '../../../lib/model/index.ts';
import { inShort, undone } from '../../../local/demo/print.ts';

const held: Finding = { reason: 'held', message: 'x is held', name: 'x.example.com' };
const grace = (seconds: number): Finding => ({ reason: 'grace', message: `y goes in ${seconds} s`, name: 'y' });

const result = (findings: Finding[], created = 0) =>
  ({
    findings,
    inStep: !findings.includes(held),
    reasons: Object.fromEntries(findings.map(({ reason }) => [reason, 1])),
    counts: { created, updated: 0, deleted: 0, unpublished: 0 },
  }) as unknown as RunResult;

test.each<[string, RunResult, RunResult, string | undefined]>([
  ['in step, as before', result([]), result([]), 'nothing to do'],
  ['something is held', result([]), result([held]), undefined],
  ['it is held still', result([held]), result([held]), 'nothing changes, and what was not done stays so (1 held)'],
  [
    'only the time that is left is another',
    result([grace(9)]),
    result([grace(5)]),
    'nothing changes, and what was not done stays so (1 grace)',
  ],
  ['what was held is so no more', result([held]), result([]), undefined],
  ['something was changed', result([]), result([], 1), undefined],
])('of a run by the schedule, where %s', (_which, before, now, said) => {
  expect(inShort(now, undone(before))).toBe(said);
});
