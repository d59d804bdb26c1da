import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Finding, ObjectRef, RecordChange, RecordSet, RunResult } from '../../lib/model/index.ts';
import { formatResult, formatSummary } from '../../lib/report/text.ts';

const ALB = 'k8s-default-public-0123456789-5432109876.eu-west-1.elb.amazonaws.com';
const object: ObjectRef = { cluster: 'prod', kind: 'service', namespace: 'default', name: 'a' };
const base = { name: 'a.example.com', type: 'A' };

const alias = (dnsName: string, evaluateTargetHealth = true): RecordSet => ({
  ...base,
  alias: { zoneId: 'Z', dnsName, evaluateTargetHealth },
});
const values = (ttl: number, ...all: string[]): RecordSet => ({ ...base, ttl, values: all });

const change = (more: Partial<RecordChange>): RecordChange => ({
  action: 'create',
  ...base,
  owner: 'o',
  objects: [object],
  ...more,
});

function result(changes: readonly RecordChange[], findings: readonly Finding[] = []): RunResult {
  const zone = { id: 'Z1', name: 'example.com', private: false, owned: 1, batches: 0, source: 'read' as const };
  return {
    ...{ mode: 'plan', force: false, startedAt: '', durationMs: 100, inStep: false, calls: {}, reasons: {} },
    counts: { created: 0, updated: 0, deleted: 0, unpublished: 0 },
    clusters: [{ name: 'prod', owner: 'o', state: 'read', kinds: {}, endpoints: 1 }],
    zones: [{ ...zone, changes }],
    findings,
  };
}

const text = (what: RunResult, width?: number) =>
  formatResult(what, { colour: false, rows: 100, ...(width !== undefined && { width }) });
const coloured = (what: RunResult, width?: number) =>
  formatResult(what, { colour: true, rows: 100, ...(width !== undefined && { width }) });

describe('a change is one line', () => {
  test.each<[string, Partial<RecordChange>, string]>([
    ['that makes an alias', { after: alias(ALB) }, `+ create a.example.com A alias ${ALB} prod: service/default/a`],
    [
      'that makes addresses',
      { after: values(60, '192.0.2.1', '192.0.2.2') },
      '+ create a.example.com A 192.0.2.1, 192.0.2.2 (60 s) prod: service/default/a',
    ],
    [
      'with another address',
      { action: 'update', before: values(60, '192.0.2.1', '192.0.2.2'), after: values(60, '192.0.2.1', '192.0.2.3') },
      '~ update a.example.com A 192.0.2.1, 192.0.2.2 → 192.0.2.1, 192.0.2.3 (60 s) prod: service/default/a',
    ],
    [
      'with another TTL alone',
      { action: 'update', before: values(60, '192.0.2.1'), after: values(300, '192.0.2.1') },
      '~ update a.example.com A 192.0.2.1 (60 s → 300 s) prod: service/default/a',
    ],
    [
      'from an alias to an address',
      { action: 'update', before: alias('old.elb.amazonaws.com'), after: values(300, '192.0.2.1') },
      '~ update a.example.com A alias old.elb.amazonaws.com → 192.0.2.1 (no TTL → 300 s) prod: service/default/a',
    ],
    [
      'of an alias’s health check',
      { action: 'update', before: alias('x.elb.amazonaws.com'), after: alias('x.elb.amazonaws.com', false) },
      '~ update a.example.com A alias x.elb.amazonaws.com evaluateTargetHealth true → false prod: service/default/a',
    ],
    [
      'that removes, with the object that it was',
      { action: 'delete', before: values(300, '192.0.2.1'), objects: [], formerly: 'prod: ingress/default/b' },
      '- delete a.example.com A 192.0.2.1 (300 s) was prod: ingress/default/b',
    ],
    [
      'from one object to another',
      {
        ...{ action: 'update', before: values(300, '192.0.2.1'), after: values(300, '192.0.2.9') },
        formerly: 'prod: ingress/default/b',
      },
      '~ update a.example.com A 192.0.2.1 → 192.0.2.9 (300 s) prod: service/default/a (was prod: ingress/default/b)',
    ],
    [
      'that rules of claims allow',
      { action: 'create', after: values(300, '192.0.2.9'), allowedBy: ['claims[0]', 'claims[2]'] },
      '+ create a.example.com A 192.0.2.9 (300 s) prod: service/default/a (allowed by claims[0], claims[2])',
    ],
    [
      'from one object to another, as a rule allows',
      {
        ...{ action: 'update', before: values(300, '192.0.2.1'), after: values(300, '192.0.2.9') },
        ...{ formerly: 'prod: ingress/default/b', allowedBy: ['claims[1]'] },
      },
      '~ update a.example.com A 192.0.2.1 → 192.0.2.9 (300 s) prod: service/default/a (was prod: ingress/default/b; allowed by claims[1])',
    ],
    [
      'that puts back what somebody edited',
      { action: 'update', drift: true, before: values(300, '192.0.2.1'), after: values(300, '192.0.2.9') },
      '~ drift a.example.com A 192.0.2.1 → 192.0.2.9 (300 s) prod: service/default/a',
    ],
  ])('%s', (_which, more, line) => {
    const lines = text(result([change(more)])).split('\n');
    const at = lines.findIndex(one => one.startsWith('CHANGE'));
    expect(lines[at + 1]?.replaceAll(/ +/g, ' ')).toBe(line);
    expect(lines[at + 2]).toBe('');
  });

  test('in which only what goes and what comes is coloured', () => {
    const [before, after] = [values(60, '192.0.2.1', '192.0.2.2'), values(60, '192.0.2.1', '192.0.2.3')];
    const shown = coloured(result([change({ action: 'update', before, after })]));
    expect(shown).toContain(
      '192.0.2.1, \u001b[31m192.0.2.2\u001b[39m → 192.0.2.1, \u001b[32m192.0.2.3\u001b[39m (60 s)',
    );
  });
});

const finding = (name: string, more: Partial<Finding> = {}): Finding => ({
  reason: 'not-owned',
  message: `${name} A exists and carries no ownership record: fairlead leaves it alone`,
  object: { ...object, name },
  name,
  ...more,
});

describe('a terminal that is narrow', () => {
  const changes = [change({ after: alias(ALB) }), change({ action: 'delete', before: values(1, '192.0.2.1') })];
  const findings = [finding('x'), finding('y', { reason: 'merged', message: 'y has the addresses of …' })];

  test.each([60, 80, 100])('of %i columns has no longer line, coloured or not', width => {
    const plain = text(result(changes, findings), width);
    expect(Math.max(...plain.split('\n').map(line => line.length))).toBeLessThanOrEqual(width);
    expect(stripVTControlCharacters(coloured(result(changes, findings), width))).toBe(plain);
    expect(plain.replaceAll(/\s/g, '')).toContain(`alias${ALB}`);
  });

  test('has a change stacked: what, then the value, then the object', () => {
    const rows = text(result(changes.slice(0, 1)), 60).split('\n');
    const at = rows.findIndex(row => row.startsWith('CHANGE'));
    expect(rows.slice(at, at + 5)).toEqual([
      'CHANGE  NAME  TYPE  VALUE  OBJECT',
      '+ create  a.example.com  A',
      '    alias',
      `    ${ALB.slice(0, 56)}`,
      `    ${ALB.slice(56)}`,
    ]);
  });

  test('that is wide enough has the table of a pipe', () => {
    expect(text(result(changes), 200)).toBe(text(result(changes)));
  });
});

describe('what was not done', () => {
  const lines = (findings: readonly Finding[]) => {
    const all = text(result([], findings)).split('\n').slice(2, -2);
    return all.filter(line => line !== '').map(line => line.replaceAll(/ {2,}/g, ' | '));
  };

  test('is told apart from what is merely noted', () => {
    expect(lines([finding('x'), finding('y', { reason: 'warning', message: 'hm' })])).toEqual([
      'NOT DONE | OBJECT | WHY',
      expect.stringMatching(/^not-owned \| prod: service\/default\/x \| x A exists/),
      'NOTED | OBJECT | WHY',
      'warning | prod: service/default/y | hm',
    ]);
  });

  test('is one row where the guard holds what many objects had', () => {
    const held = Array.from({ length: 300 }, (_, i): Finding => {
      const former = { cluster: 'prod', kind: 'service', namespace: 'default', name: `m${i}` };
      const message = `m${i}.example.com, of service/default/m${i}, is held by the guard: 300 of 301 would leave`;
      return { reason: 'held', cluster: 'prod', name: `m${i}.example.com`, former, message };
    });
    expect(lines(held)).toEqual([
      'NOT DONE | OBJECT | WHY',
      'held | prod: service/default/m0, prod: service/default/m1, prod: service/default/m2 and 297 more | m0.example.com, of service/default/m0, is held by the guard: 300 of 301 would leave; 300 such names or objects',
    ]);
  });

  test('is one row where many names have the same', () => {
    const many = Array.from({ length: 50 }, (_, i) => finding(`h${i}`));
    expect(lines(many)).toEqual([
      'NOT DONE | OBJECT | WHY',
      'not-owned | prod: service/default/h0, prod: service/default/h1, prod: service/default/h2 and 47 more | h0 A exists and carries no ownership record: fairlead leaves it alone; 50 such names or objects',
    ]);
    expect(lines(many.slice(0, 3))).toHaveLength(4);
  });

  test('names its object once, in its own column', () => {
    const message = 'service/default/a: spec.x: is wrong';
    expect(lines([finding('a', { reason: 'invalid', message })])[1]).toBe(
      'invalid | prod: service/default/a | spec.x: is wrong',
    );
  });

  test('of several objects together names each of them', () => {
    const message = 'a.example.com has the addresses of prod: service/default/a, prod: service/default/b together';
    const both = ['a', 'b'].map(name => finding(name, { reason: 'merged', message, name: 'a.example.com' }));
    expect(lines(both)).toEqual([
      'NOTED | OBJECT | WHY',
      `merged | prod: service/default/a, prod: service/default/b | ${message}`,
    ]);
  });
});

test('nothing of a name or value steers the terminal, stacked or not', () => {
  const evil = '\u001b[2J\u009b2K';
  const what = result([change({ name: evil, after: values(60, evil) })], [finding(evil)]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
  const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
  for (const width of [undefined, 40]) expect(text(what, width)).not.toMatch(obeyed);
});

describe('the last line', () => {
  test.each<[RunResult['reasons'], number, string]>([
    [{}, 0, ''],
    [{ conflict: 2 }, 2, ', 2 not published'],
    [{ held: 2000, frozen: 3 }, 2003, ', 2000 held, 3 frozen'],
    [{ held: 1, 'no-zone': 4 }, 7, ', 1 held, 6 not published'],
  ])('counts apart what is held or frozen, since that stands: %j of %i', (reasons, unpublished, said) => {
    const counts = { created: 0, updated: 0, deleted: 0, unpublished };
    const line = formatSummary({ ...result([]), counts, reasons }, { colour: false, rows: 100 });
    expect(line).toContain(`0 deleted${said}; 0 Route 53 calls`);
  });
});
