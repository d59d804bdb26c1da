import { setTimeout as sleep } from 'node:timers/promises';
import { formatTable } from '../../lib/report/text.ts';
import type { Timeline } from '../../local/demo/timeline.ts';
import type { Trace } from '../../local/demo/traces.ts';
import { median } from './measure.ts';
import { fill, lb, service } from './scenarios.ts';
import { openWhole, type Whole } from './whole.ts';

const SERVICES = 1_000;
/** Milliseconds between an accepted change and the next one: any, up to this. */
const PAUSE_MS = 1_000;

type Stop = readonly [what: string, at: (timeline: Timeline) => number | undefined];

const STOPS: readonly Stop[] = [
  ['seen by the forwarder', ({ seenAt }) => seenAt],
  ['notice posted', ({ postedAt }) => postedAt],
  ['queued', ({ queuedAt }) => queuedAt],
  ['run began', ({ runAt }) => runAt],
  ['change batch accepted', ({ acceptedAt }) => acceptedAt],
  ['DNS answers', ({ answered }) => answered?.at],
];

interface Trip {
  readonly changedAt: number;
  readonly timeline: Timeline;
}

/** Status changes of Services, one after the other, each measured from part to part until DNS answers. */
export async function benchLatency(changes: number): Promise<void> {
  const whole = await openWhole(['prod']);
  try {
    fill(whole.world, SERVICES);
    const first = whole.traces.next(({ result }) => result?.inStep === true);
    whole.watch();
    await first;
    const trips: Trip[] = [];
    for (let i = 0; i < changes; i++) {
      await sleep(Math.random() * PAUSE_MS);
      trips.push(await oneChange(whole, Math.floor(Math.random() * SERVICES), i + 1));
    }
    console.log(`\n${changes} status changes, one after the other, in a cluster with ${SERVICES} Services:`);
    console.log(formatTable(['HOP', 'MEDIAN ms', '99TH ms', 'MAX ms'], rowsOf(trips), { colour: false, rows: 100 }));
  } finally {
    await whole.close();
  }
}

async function oneChange({ world, traces }: Whole, index: number, version: number): Promise<Trip> {
  const { kind, metadata } = service(index);
  const named = ({ timeline }: Trace) => timeline?.notice.objects?.some(({ name }) => name === metadata.name) ?? false;
  const told = traces.next(trace => named(trace) && trace.timeline?.acceptedAt !== undefined);
  const changedAt = Date.now();
  const changed = service(index, lb(index, version));
  world.clusters.get('prod')?.apply(changed);
  const { timeline } = await told;
  if (!timeline) throw new Error(`the change of ${kind} ${metadata.name} has no timeline`);
  return { changedAt, timeline };
}

function rowsOf(trips: readonly Trip[]): string[][] {
  const hops = STOPS.map(([what, at], index) => {
    const before = STOPS[index - 1]?.[1];
    return row(
      what,
      trips,
      ({ changedAt, timeline }) => (at(timeline) ?? Number.NaN) - (before?.(timeline) ?? changedAt),
    );
  });
  const accepted = ({ changedAt, timeline }: Trip) => (timeline.acceptedAt ?? Number.NaN) - changedAt;
  const answered = ({ changedAt, timeline }: Trip) => (timeline.answered?.at ?? Number.NaN) - changedAt;
  return [
    ...hops,
    row('status change → accepted change batch', trips, accepted),
    row('status change → DNS answers', trips, answered),
  ];
}

function row(what: string, trips: readonly Trip[], measure: (trip: Trip) => number): string[] {
  const times = trips.map(measure).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? Number.NaN;
  return [what, median(times).toFixed(0), at(0.99).toFixed(0), at(1).toFixed(0)];
}
