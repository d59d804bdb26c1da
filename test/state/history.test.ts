import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DnsName, HistoryLine } from '../../lib/model/index.ts';
import { decodeHistory, historyOf } from '../../lib/state/index.ts';

const lineOf = (name: string, i: number): HistoryLine =>
  ({
    ...{ at: '2026-11-28T01:00:00.000Z', run: `r${i}`, by: 'schedule', shard: 'default', zone: 'Z1', name },
    ...{ action: 'create', why: `because of "name":"b.example.com" in é ${i}`, objects: [], before: [], after: [] },
  }) as unknown as HistoryLine;

const name = fc.constantFrom('a.example.com', 'b.example.com', 'aa.example.com', 'a.example.com.eu');
/** A file as runs leave it: lines, some of them torn, perhaps without an end. */
const file = fc
  .tuple(
    fc.array(
      fc.oneof(
        name.map(one => JSON.stringify(lineOf(one, one.length))),
        fc.constantFrom('', '{"name":"a.example.com"', '"name":"a.example.com"'),
      ),
    ),
    fc.boolean(),
  )
  .map(([lines, isEnded]) => Buffer.from(lines.join('\n') + (isEnded ? '\n' : '')));

describe('historyOf', () => {
  it('gives the last lines of a name, as who reads all of them does', () => {
    fc.assert(
      fc.property(file, name, fc.integer({ min: 1, max: 4 }), (bytes, wanted, most) => {
        const all = decodeHistory(bytes, line => line.name === wanted);
        const found = historyOf(wanted as DnsName, bytes, most);
        expect(found.lines).toEqual(all.lines.slice(-most));
        expect(found.full).toBe(all.full);
      }),
    );
  });
});
