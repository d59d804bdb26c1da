import { expect, test } from 'vitest';
import { addToTimeline, hopsOf, type RunSummary, timelineOf } from '../../lib/history/index.ts';
import type { HistoryLine } from '../../lib/model/index.ts';

const at = (seconds: number) => new Date(1e12 + seconds * 1000).toISOString();
const line = (name: string, more: Partial<HistoryLine> = {}): HistoryLine => ({
  ...{ at: at(5), run: 'r', by: 'notice', shard: 'a', zone: 'Z1', zoneName: 'example.com', name, action: 'create' },
  ...{ why: 'w', owner: 'o', objects: [], before: [], after: [] },
  ...more,
});

function timeline(...files: (readonly HistoryLine[])[]): RunSummary[] {
  const runs = new Map<string, RunSummary>();
  for (const lines of files) addToTimeline(runs, lines);
  return timelineOf(runs);
}

test('puts together what a run did, in several steps, shards and files, in whatever order they are read', () => {
  const files = [
    [line('a', { began: at(2), noticed: at(1), calls: 3 }), line('b', { action: 'delete', began: at(2), calls: 3 })],
    [line('c', { at: at(9), shard: 'b', action: 'update', began: at(6), noticed: at(1), calls: 7 })],
  ];
  for (const order of [files, [...files].reverse()])
    expect(timeline(...order)).toEqual([
      {
        ...{
          run: 'r',
          by: 'notice',
          shards: ['a', 'b'],
          first: at(5),
          last: at(9),
          began: at(2),
          noticed: at(1),
          calls: 7,
        },
        ...{ created: 1, updated: 1, deleted: 1, names: ['a', 'b', 'c'], undoes: [] },
      },
    ]);
});

test('the newest run is first; of very many names some are told', () => {
  const many = Array.from({ length: 50 }, (_, i) => line(`n${i}`, { run: 'many' }));
  const runs = timeline([...many, line('x', { run: 'later', at: at(6), undoes: 'many' })]);
  expect(runs.map(({ run, created, names, undoes }) => [run, created, names.length, undoes])).toEqual([
    ['later', 1, 1, ['many']],
    ['many', 50, 5, []],
  ]);
});

test.each<[string, Partial<HistoryLine>, ReturnType<typeof hopsOf>]>([
  ['a notice', { noticed: at(1), began: at(2.5) }, { queued: 1500, ran: 2500, all: 4000 }],
  ['a notice of a cluster whose clock is ahead', { noticed: at(3), began: at(2) }, { queued: 0, ran: 3000, all: 2000 }],
  ['a schedule', { began: at(2) }, undefined],
  ['a line of an earlier release', {}, undefined],
])('the hops of a run that %s asked for', (_, more, hops) => {
  const [run] = timeline([line('a', more)]);
  expect(hopsOf(run as RunSummary)).toEqual(hops);
});
