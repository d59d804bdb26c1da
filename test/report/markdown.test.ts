import { describe, expect, test } from 'vitest';
import type { Finding, RecordChange, RunResult } from '../../lib/model/index.ts';
import { formatMarkdown } from '../../lib/report/markdown.ts';

const OBJECT = { cluster: 'prod', kind: 'service', namespace: 'shop', name: 'web' };
const A = { name: 'x.example.com', type: 'A', ttl: 300, values: ['192.0.2.1'] };

const change = (more: Partial<RecordChange> = {}): RecordChange => ({
  action: 'create',
  name: 'x.example.com',
  type: 'A',
  after: A,
  owner: 'arena',
  objects: [OBJECT],
  ...more,
});

function result(changes: readonly RecordChange[], findings: readonly Finding[] = []): RunResult {
  return {
    mode: 'plan',
    force: false,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    inStep: changes.length === 0 && findings.length === 0,
    counts: { created: changes.length, updated: 0, deleted: 0, unpublished: findings.length },
    calls: {},
    clusters: [],
    zones: [{ id: 'Z1', name: 'example.com', private: false, owned: 0, changes, batches: 0, source: 'read' }],
    findings,
    reasons: {},
  };
}

const lines = (...args: Parameters<typeof result>) => formatMarkdown(result(...args), { rows: 3 }).split('\n');

describe('Markdown for a pull request', () => {
  test('in step', () => {
    expect(lines([])).toEqual([
      '### fairlead plan: in step',
      '',
      '0 to be created, 0 to be updated, 0 to be deleted; 0 not published',
    ]);
  });

  test('a change is a row, with what was and what will be, for whom, and by which rule', () => {
    const before = { ...A, values: ['192.0.2.9'] };
    const [row] = lines([change({ action: 'update', before, allowedBy: ['claims[1]'] })]).slice(-1);
    expect(row).toBe(
      '| ✏️ update | x.example.com | A | <del>192.0.2.9 (300 s)</del><br>192.0.2.1 (300 s) | prod&#58; service/shop/web<br>by claims&#91;1&#93; |'
        .replaceAll('(', '&#40;')
        .replaceAll(')', '&#41;'),
    );
  });

  test('what is not done is a table of its own', () => {
    const finding: Finding = { reason: 'conflict', message: 'it is taken', object: OBJECT, name: 'x.example.com' };
    expect(lines([], [finding]).slice(-1)).toEqual(['| conflict | prod&#58; service/shop/web | it is taken |']);
  });

  test('a table that is too long is cut, and says so', () => {
    expect(lines(Array.from({ length: 5 }, () => change())).slice(-1)).toEqual(['… and 2 more.']);
  });

  test.each([
    ['a | new cell', 'a &#124; new cell'],
    ['a line\n| break', 'a line &#124; break'],
    ['<img src=x>', '&#60;img src=x&#62;'],
    ['[here](https://evil.example)', '&#91;here&#93;&#40;https&#58;//evil.example&#41;'],
    ['@everybody `x` **y**', '&#64;everybody &#96;x&#96; &#42;&#42;y&#42;&#42;'],
    ['a\u001b[31mb', 'a&#92;u001b&#91;31mb'],
  ])('what an object says is shown, not obeyed: %j', (message, shown) => {
    expect(lines([], [{ reason: 'invalid', message }]).at(-1)).toBe(`| invalid |  | ${shown} |`);
  });
});
