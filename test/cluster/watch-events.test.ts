import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEvents, type WatchEvent } from '../../lib/cluster/watch-events.ts';

async function* pieces(chunks: readonly Buffer[]) {
  yield* chunks;
}

async function read(...chunks: readonly (Buffer | string)[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const buffers = chunks.map(chunk => Buffer.from(chunk));
  await readEvents(
    pieces(buffers),
    () => {},
    event => events.push(event),
  );
  return events;
}

test('events come out whole, wherever the pieces of the stream are cut', async () => {
  const objects = ['a', 'ü', '漢字', '😀 "quoted" \\n'].map((name, i) => ({
    metadata: { name, resourceVersion: `${i}` },
  }));
  const text = Buffer.from(objects.map(object => `${JSON.stringify({ type: 'ADDED', object })}\n`).join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length)), async cuts => {
      const sorted = [0, ...cuts.sort((a, b) => a - b), text.length];
      const events = await read(...sorted.slice(1).map((to, i) => text.subarray(sorted[i], to)));
      expect(events.map(({ object }) => object)).toEqual(objects);
      expect(events.map(({ version }) => version)).toEqual(['0', '1', '2', '3']);
    }),
  );
});

test('what breaks off in the middle of a line is dropped', async () => {
  expect(await read('{"type":"ADDED","object":{}}\n{"type":"ADD')).toHaveLength(1);
});

test.each([
  { rule: 'no version', line: '{"type":"ADDED","object":{}}', version: undefined, code: undefined },
  {
    rule: 'an empty version',
    line: '{"object":{"metadata":{"resourceVersion":""}}}',
    version: undefined,
    code: undefined,
  },
  { rule: 'a Status', line: '{"type":"ERROR","object":{"kind":"Status","code":410}}', version: undefined, code: 410 },
  { rule: 'no object', line: '{"type":"ADDED"}', version: undefined, code: undefined },
  { rule: 'null', line: 'null', version: undefined, code: undefined },
])('$rule', async ({ line, version, code }) => {
  expect(await read(`${line}\n\n`)).toMatchObject([{ version, code }]);
});

test('a line that is no JSON is an error, and so is one that does not end', async () => {
  await expect(read('<html>\n')).rejects.toThrow('JSON');
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  await expect(read(...Array<Buffer>(33).fill(mebibyte))).rejects.toThrow('longer than');
});
