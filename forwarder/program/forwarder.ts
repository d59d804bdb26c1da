import { randomUUID } from 'node:crypto';
import type { StreamingConnection } from '../../lib/cluster/connection.ts';
import { type EndReason, watchAll } from '../../lib/cluster/watch.ts';
import { groupBy } from '../../lib/group.ts';
import { createTurns } from '../../lib/turns.ts';
import { FOR_A_POD } from './api-server.ts';
import type { ForwarderClock } from './clock.ts';
import { Gates } from './gates.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import type { Log } from './log.ts';
import { Sender } from './sender.ts';
import type { Probes } from './serve.ts';
import type { Settings } from './settings.ts';
import { type Part, type Watched, watchesOf } from './watches.ts';

/** What a forwarder needs of the world. */
export interface Ports {
  readonly connection: StreamingConnection;
  /** Signs and sends a notice's body; gives the status of the answer. */
  readonly post: (body: string) => Promise<number>;
  readonly clock: ForwarderClock;
  readonly log: Log;
}

export interface Forwarder extends Probes {
  /** Works until {@link stop}. @returns when all that was seen has been told. */
  run(): Promise<void>;
  /** Watches no more, and sends what is pending at once. */
  stop(): void;
}

/** Milliseconds without a sign of life after which something must hang: each wait of a watch ends far sooner. */
const STUCK = 10 * 60_000;

/** A watch, with when it last gave a sign of life. */
type Watch = Watched & { alive: number };

/** Watches the resources of its sources, and tells the webhook of changes that matter to DNS. */
export function createForwarder(settings: Settings, { connection, post, clock, log }: Ports): Forwarder {
  const { cluster, gather } = settings;
  const instruments = createInstruments();
  let succeeded: number | undefined;
  const onAttempt = (status: number | 'fault') => {
    instruments.notices.add({ status });
    if (status === 202) succeeded = clock.uptime();
  };
  const sender = new Sender({ cluster, source: randomUUID(), gather, clock, log, post, onAttempt });
  const stopping = new AbortController();
  const gates = new Gates(settings.sources, stopping.signal);
  const watches = watchesOf(settings, sender, gates).map((watched): Watch => ({ ...watched, alive: clock.uptime() }));
  // Listings of one resource come one after the other: each takes memory, and there may be many namespaces.
  const turns = new Map(watches.map(({ resource }) => [resource, createTurns()]));
  const opened = () => watches.filter(({ resource }) => gates.isOpen(resource));
  const watch = (one: Watch) =>
    watchAll({
      connection,
      label: `cluster ${cluster}`,
      ...{ resource: one.resource, namespace: one.namespace },
      clock,
      signal: stopping.signal,
      advice: FOR_A_POD,
      inTurn: work => {
        // Nothing is to be heard of one that waits; the one that has the turn is looked after.
        one.alive = Number.POSITIVE_INFINITY;
        return turns.get(one.resource)?.(work) ?? work();
      },
      observer: {
        ...observer(one, instruments, log),
        alive: () => {
          one.alive = clock.uptime();
        },
      },
    });
  return {
    async run() {
      const watching = Promise.all(
        watches.map(async one => {
          await gates.opened(one.resource);
          one.alive = clock.uptime();
          if (!stopping.signal.aborted) await watch(one);
        }),
      );
      // Once no watch can tell of more, the sender ends when all is sent.
      await Promise.all([sender.run(), watching.finally(() => sender.stop())]);
    },
    stop: () => stopping.abort(),
    stuck() {
      const hanging = opened()
        .filter(({ alive }) => clock.uptime() - alive > STUCK)
        .map(nameOf);
      return hanging.length === 0 ? undefined : `no sign of life from the watch of: ${hanging.join(', ')}`;
    },
    unready() {
      const missing = opened()
        .filter(({ parts }) => parts.some(({ listed }) => !listed))
        .map(nameOf);
      return missing.length === 0 ? undefined : `not listed yet: ${missing.join(', ')}`;
    },
    metrics() {
      for (const [kind, same] of groupBy(opened(), ({ resource }) => resource))
        instruments.objects.set(
          same.reduce((sum, { parts }) => sum + sizeOf(parts), 0),
          { kind },
        );
      instruments.pending.set(sender.pending);
      instruments.unsent.set(sender.idle ? 0 : 1);
      const { user, system } = process.cpuUsage();
      instruments.cpu.set((user + system) / 1e6);
      instruments.memory.set(process.memoryUsage.rss());
      if (succeeded !== undefined) instruments.sinceSuccess.set(Math.round(clock.uptime() - succeeded) / 1000);
      return Object.values(instruments).join('');
    },
  };
}

/** How loud an end is: a person must mend the first four, the others are part of a watch's life. */
const LEVELS: Readonly<Partial<Record<EndReason, 'error' | 'warn'>>> = {
  unauthorized: 'error',
  forbidden: 'error',
  credentials: 'error',
  unusable: 'error',
  unreachable: 'warn',
  busy: 'warn',
};

const sizeOf = (parts: readonly Part[]) => Math.max(...parts.map(({ size }) => size));

const nameOf = ({ resource, namespace }: Watched) =>
  namespace === undefined ? resource : `${resource} in ${namespace}`;

/** Leads what a watch tells to the trackers, the metrics and the log. */
function observer({ resource: kind, namespace, parts }: Watched, instruments: Instruments, log: Log) {
  // Not "namespace": that is the pod's own, where Prometheus finds it by its namespace.
  const labels = { kind, ...(namespace !== undefined && { in_namespace: namespace }) };
  const said = { kind, ...(namespace !== undefined && { namespace }) };
  return {
    begin() {
      for (const part of parts) part.begin();
    },
    page(items: readonly unknown[]) {
      for (const part of parts) part.page(items);
    },
    listed(objects: number, { ms, gapMs }: { ms: number; gapMs: number }) {
      for (const part of parts) part.complete(gapMs);
      instruments.listed.set(objects, labels);
      instruments.listSeconds.set(ms / 1000, labels);
      log.info('listed', { ...said, objects, asking: sizeOf(parts), ms, gapMs });
    },
    changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown) {
      instruments.changes.add({ kind });
      const matters = parts.map(part => part.changed(type, object)).includes(true);
      if (matters) instruments.relevant.add({ kind });
    },
    ended(reason: EndReason, waitMs: number, error: Error | undefined) {
      instruments.restarts.add({ ...labels, reason });
      if (reason === 'ended') return;
      log[LEVELS[reason] ?? 'info']('watch ended', {
        ...said,
        reason,
        waitMs: Math.round(waitMs),
        error: error?.message,
      });
    },
  };
}
