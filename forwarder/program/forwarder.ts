import { randomUUID } from 'node:crypto';
import type { StreamingConnection } from '../../lib/cluster/connection.ts';
import { type EndReason, watchAll } from '../../lib/cluster/watch.ts';
import {
  isNeededResource,
  joinsOf,
  NeededStore,
  type ResourceKind,
  resourcesOf,
  rulesOf,
  type SourceContext,
  sourceOf,
  sourceSettings,
} from '../../lib/sources/index.ts';
import { FOR_A_POD } from './api-server.ts';
import type { ForwarderClock } from './clock.ts';
import { Gates } from './gates.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import type { Log } from './log.ts';
import { NeedTracker } from './need-tracker.ts';
import { Sender } from './sender.ts';
import type { Probes } from './serve.ts';
import type { Settings } from './settings.ts';
import { Tracker } from './tracker.ts';

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

/** Any will do to recognise a change: a name that is made of a domain changes when the Service's own name does. */
const SOME_DOMAIN = 'cluster.example';

/** Who takes what a watch tells. */
type Part = Pick<Tracker, 'begin' | 'page' | 'complete' | 'changed' | 'listed' | 'size'>;

/** One part for each resource that the sources read; those that are needed tell those that ask. */
function partsOf(
  { sources }: Settings,
  context: SourceContext,
  sender: Pick<Sender, 'change'>,
  gates: Gates,
): Map<ResourceKind, Part[]> {
  const needed = new NeededStore(context);
  const onChange = sender.change.bind(sender);
  const onJoins = gates.open.bind(gates);
  const trackers = sources.map(kind => ({ kind, tracker: new Tracker({ kind, context, needed, onJoins, onChange }) }));
  const onLookups = (lookups: readonly string[]) =>
    trackers.map(({ tracker }) => tracker.needChanged(lookups)).includes(true);
  const parts = (resource: ResourceKind): Part[] => [
    ...(isNeededResource(resource) ? [new NeedTracker({ resource, store: needed, onLookups, onChange })] : []),
    ...trackers.filter(({ kind }) => sourceOf(kind).resource === resource).map(({ tracker }) => tracker),
  ];
  const resources = new Set([...resourcesOf(sources), ...joinsOf(sources, rulesOf(context.settings))]);
  return new Map([...resources].map(resource => [resource, parts(resource)]));
}

/** The parts of every view: each knows what its view asks for, and any of them may tell of a change. */
export function partsOfAll(
  settings: Settings,
  sender: Pick<Sender, 'change'>,
  gates: Gates,
): ReadonlyMap<ResourceKind, readonly Part[]> {
  const { cluster, limits } = settings;
  const all = new Map<ResourceKind, Part[]>();
  for (const view of settings.views.length === 0 ? [settings] : settings.views) {
    const context = { cluster, settings: sourceSettings({ ...view, limits, zones: { domains: [SOME_DOMAIN] } }) };
    for (const [resource, parts] of partsOf(settings, context, sender, gates))
      all.set(resource, [...(all.get(resource) ?? []), ...parts]);
  }
  return all;
}

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
  const watches = new Map(
    [...partsOfAll(settings, sender, gates)].map(([resource, parts]) => [resource, { parts, alive: clock.uptime() }]),
  );
  const opened = () => [...watches].filter(([resource]) => gates.isOpen(resource));
  const watch = (resource: ResourceKind, part: { readonly parts: readonly Part[]; alive: number }) =>
    watchAll({
      connection,
      label: `cluster ${cluster}`,
      resource,
      clock,
      signal: stopping.signal,
      advice: FOR_A_POD,
      observer: {
        ...observer(resource, part.parts, instruments, log),
        alive: () => {
          part.alive = clock.uptime();
        },
      },
    });
  return {
    async run() {
      const watching = Promise.all(
        [...watches].map(async ([resource, part]) => {
          await gates.opened(resource);
          part.alive = clock.uptime();
          if (!stopping.signal.aborted) await watch(resource, part);
        }),
      );
      // Once no watch can tell of more, the sender ends when all is sent.
      await Promise.all([sender.run(), watching.finally(() => sender.stop())]);
    },
    stop: () => stopping.abort(),
    stuck() {
      const hanging = opened()
        .filter(([, { alive }]) => clock.uptime() - alive > STUCK)
        .map(([kind]) => kind);
      return hanging.length === 0 ? undefined : `no sign of life from the watch of: ${hanging.join(', ')}`;
    },
    unready() {
      const missing = opened()
        .filter(([, { parts }]) => parts.some(({ listed }) => !listed))
        .map(([kind]) => kind);
      return missing.length === 0 ? undefined : `not listed yet: ${missing.join(', ')}`;
    },
    metrics() {
      for (const [kind, { parts }] of opened()) instruments.objects.set(sizeOf(parts), { kind });
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

/** Leads what a watch tells to the trackers, the metrics and the log. */
function observer(kind: ResourceKind, parts: readonly Part[], instruments: Instruments, log: Log) {
  return {
    begin() {
      for (const part of parts) part.begin();
    },
    page(items: readonly unknown[]) {
      for (const part of parts) part.page(items);
    },
    listed(objects: number, { ms, gapMs }: { ms: number; gapMs: number }) {
      for (const part of parts) part.complete(gapMs);
      instruments.listed.set(objects, { kind });
      instruments.listSeconds.set(ms / 1000, { kind });
      log.info('listed', { kind, objects, asking: sizeOf(parts), ms, gapMs });
    },
    changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown) {
      instruments.changes.add({ kind });
      const matters = parts.map(part => part.changed(type, object)).includes(true);
      if (matters) instruments.relevant.add({ kind });
    },
    ended(reason: EndReason, waitMs: number, error: Error | undefined) {
      instruments.restarts.add({ kind, reason });
      if (reason === 'ended') return;
      log[LEVELS[reason] ?? 'info']('watch ended', { kind, reason, waitMs: Math.round(waitMs), error: error?.message });
    },
  };
}
