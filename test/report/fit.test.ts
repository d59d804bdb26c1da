import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, RecordChange, RunResult, ZoneResult } from '../../lib/model/index.ts';
import { fitResult, LAMBDA_ANSWER_BYTES } from '../../lib/report/fit.ts';

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const change = (name: string): RecordChange => ({
  action: 'create',
  name,
  type: 'A',
  after: { name, type: 'A', ttl: 300, values: ['192.0.2.1'] },
  owner: 'platform',
  objects: [{ cluster: 'prod-eu', kind: 'service', namespace: 'shop', name }],
});

const finding = (name: string): Finding => ({ reason: 'no-zone', message: `no hosted zone for ${name}`, name });

const zone = (id: string, changes: readonly RecordChange[]): ZoneResult => ({
  id,
  name: 'example.com',
  private: false,
  owned: changes.length,
  changes,
  batches: 1,
  source: 'read',
});

const result = (zones: readonly ZoneResult[], findings: readonly Finding[]): RunResult => ({
  mode: 'sync',
  force: false,
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 12,
  inStep: findings.length === 0,
  counts: {
    created: zones.reduce((sum, { changes }) => sum + changes.length, 0),
    updated: 0,
    deleted: 0,
    unpublished: findings.length,
  },
  calls: { ChangeResourceRecordSets: 1 },
  clusters: [],
  zones,
  findings,
  reasons: { 'no-zone': findings.length },
});

const names = (count: number, suffix = 'example.com') => Array.from({ length: count }, (_, n) => `n${n}.${suffix}`);

describe('a result is made to fit the answer of a Lambda', () => {
  it('returns a result that fits as it is, with nothing marked as cut', () => {
    const small = result([zone('Z1', names(10).map(change))], names(10).map(finding));
    expect(fitResult(small)).toBe(small);
  });

  it('cuts 100,000 changes and findings to fewer than 6 MB, and uses most of the room', () => {
    const large = result([zone('Z1', names(50_000).map(change))], names(50_000).map(finding));
    const fitted = fitResult(large);
    expect(bytes(large)).toBeGreaterThan(LAMBDA_ANSWER_BYTES);
    expect(bytes(fitted)).toBeLessThanOrEqual(LAMBDA_ANSWER_BYTES);
    expect(bytes(fitted)).toBeGreaterThan(0.99 * LAMBDA_ANSWER_BYTES);
  });

  it('is cut though it would be longer, as one text, than a text can be', () => {
    const values = Array.from({ length: 400 }, (_, i) => `2001:db8:0:0:0:0:0:${i.toString(16)}`.padEnd(39, '0'));
    const much = { name: 'x.example.com', type: 'AAAA', ttl: 300, values };
    const large = result(
      [zone('Z1', Array<RecordChange>(35_000).fill({ ...change('x.example.com'), after: much }))],
      [],
    );
    expect(() => JSON.stringify(large)).toThrow('Invalid string length');
    const fitted = fitResult(large, 1_000_000);
    expect(bytes(fitted)).toBeLessThanOrEqual(1_000_000);
    expect(fitted.truncated?.changes).toBe(35_000 - (fitted.zones[0]?.changes.length ?? 0));
  });

  it('cuts every zone to the same share, so that a large zone does not hide a small one', () => {
    const fitted = fitResult(
      result([zone('Z1', names(900).map(change)), zone('Z2', names(90).map(change))], []),
      50_000,
    );
    const [large, small] = fitted.zones.map(({ changes }) => changes.length);
    expect(small).toBeGreaterThan(0);
    expect(Math.abs((large ?? 0) / 10 - (small ?? 0))).toBeLessThanOrEqual(1);
  });

  it.each([0, 1, 600, 3_000, 20_000])(
    'keeps counts, reasons and order, and says how many were left out (%i bytes)',
    max => {
      const whole = result(
        [zone('Z1', names(60).map(change)), zone('Z2', names(7).map(change))],
        names(40).map(finding),
      );
      const fitted = fitResult(whole, max);
      expect(fitted.counts).toEqual(whole.counts);
      expect(fitted.reasons).toEqual(whole.reasons);
      const left = fitted.zones.flatMap(({ changes }) => changes).length;
      expect(fitted.truncated?.changes).toBe(67 - left);
      expect(fitted.truncated?.findings).toBe(40 - fitted.findings.length);
      expect(fitted.findings).toEqual(whole.findings.slice(0, fitted.findings.length));
      for (const [index, { changes }] of fitted.zones.entries())
        expect(changes).toEqual(whole.zones[index]?.changes.slice(0, changes.length));
    },
  );

  it('never exceeds the limit, whatever the names are made of', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const history = fc.record({
      changes: fc.array(text, { maxLength: 60 }),
      findings: fc.array(text, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 20_000 }), ({ changes, findings }, extra) => {
        const bare = bytes(result([zone('Z1', [])], []));
        const limit = bare + 300 + extra;
        const fitted = fitResult(result([zone('Z1', changes.map(change))], findings.map(finding)), limit);
        expect(bytes(fitted)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
