import type { Config } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/index.ts';
import type { KindRead, RunRequest, RunResult } from '../../lib/model/index.ts';
import {
  type Ask,
  type ClusterReader,
  type MoveResult,
  type Moves,
  moveOwnership,
  type Ports,
  type Run,
  reconcile,
} from '../../lib/reconcile/index.ts';
import { keysFrom } from '../../lib/reconcile/keys.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget, type Route53Port } from '../../lib/route53/index.ts';
import { placesOf, type ResourceKind, type SourceKind, sourceOf } from '../../lib/sources/index.ts';
import { createMemoryStore, type StateStore } from '../../lib/state/index.ts';
import {
  dumpZones,
  loadZones,
  type RecordJson,
  Route53Store,
  type ZoneJson,
} from '../../local/emulators/route53/index.ts';
import { fakeClock } from './clock.ts';
import type { KubernetesObject } from './objects.ts';
import { type Hooks, type Operation, storeRoute53 } from './store-route53.ts';

/** What a cluster of a test holds, and what is wrong with it. */
export interface FakeCluster {
  objects: KubernetesObject[];
  /** Every resource, or single ones, that cannot be listed, and why. */
  failing?: string | Partial<Record<ResourceKind, string>>;
  /** It lists its objects the other way round. */
  backwards?: boolean;
}

/** A cluster that serves every resource there is; what a source needs is read before what asks. */
export function fakeClusters(clusters: Record<string, FakeCluster>, listed: string[] = []): ClusterReader {
  return async (cluster, sources, page, _restart, _signal, reading) => {
    listed.push(cluster.name);
    const { objects, failing, backwards } = clusters[cluster.name] ?? { objects: [], failing: 'no such cluster' };
    const done = new Map<ResourceKind, KindRead>();
    const read = (resource: ResourceKind): KindRead => {
      const before = done.get(resource);
      if (before !== undefined) return before;
      const error = typeof failing === 'string' ? failing : failing?.[resource];
      const kinds = placesOf(resource).map(({ kind }) => kind);
      const items = objects.filter(object => kinds.includes(object.kind));
      if (error === undefined) page(resource, backwards ? items.reverse() : items);
      const outcome: KindRead =
        error === undefined ? { complete: true, objects: items.length } : { complete: false, error };
      done.set(resource, outcome);
      return outcome;
    };
    const missing = (kind: SourceKind, seen: Set<ResourceKind>) => {
      const resources = (reading?.needs(kind) ?? []).filter(resource => !seen.has(resource));
      for (const resource of resources) seen.add(resource);
      return resources.map(resource => ({ resource, outcome: read(resource) }));
    };
    const source = (kind: SourceKind): KindRead => {
      const seen = new Set<ResourceKind>();
      for (let needs = missing(kind, seen); needs.length > 0; needs = missing(kind, seen)) {
        const unread = needs.find(({ outcome }) => !outcome.complete);
        if (unread) return unread.outcome;
      }
      const asking = read(sourceOf(kind).resource);
      for (let joins = missing(kind, seen); joins.length > 0; joins = missing(kind, seen)) {
        for (const { resource, outcome } of joins) if (!outcome.complete) reading?.unread(resource, outcome.error);
      }
      return asking;
    };
    return Object.fromEntries(sources.map(kind => [kind, source(kind)]));
  };
}

export interface Harness {
  readonly store: Route53Store;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly clusters: Record<string, FakeCluster>;
  /** Called around every Route 53 request; replaceable at any time. */
  hooks: Hooks;
  config: Config;
  state: StateStore;
  /** Route 53 requests since the last run began, by operation. */
  readonly calls: Partial<Record<Operation, number>>;
  /** The strict Route 53 as a port, its requests counted in `calls`. */
  route53(hooks: Hooks): Route53Port;
  run(request?: Partial<RunRequest>, ports?: Partial<Ports>, more?: Partial<Run>): Promise<RunResult>;
  /** Moves ownership, as `fairlead adopt` and its like do; agreed to unless `agree` says otherwise. */
  move(
    ask: Ask,
    agree?: (shown: Moves) => Promise<boolean>,
    view?: string,
    ports?: Partial<Ports>,
  ): Promise<MoveResult>;
  /** Record sets of a zone (the only one, if none is named) as `name type value…`, its own NS and SOA left out. */
  records(zone?: string): string[];
  json(zone?: string): readonly RecordJson[];
}

export const EXAMPLE_ZONE: ZoneJson = { id: 'Z0EXAMPLE0000000001', name: 'example.com.', records: [] };

export const configOf = (text: string): Config => parseConfig(text, { file: '/test/fairlead.yml', env: {} });

/** A whole fairlead over the strict store: real planning, publishing and state; only the wire is left out. */
export function harness(
  options: {
    config?: string;
    zones?: readonly ZoneJson[];
    clusters?: Record<string, FakeCluster>;
    /** Variables in which keys of the registry are. */
    env?: Record<string, string>;
  } = {},
): Harness {
  const store = new Route53Store();
  loadZones(store, options.zones ?? [EXAMPLE_ZONE]);
  const text =
    options.config ?? 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}';
  const clock = fakeClock();
  const self: Harness = {
    store,
    clock,
    clusters: options.clusters ?? { prod: { objects: [] } },
    hooks: {},
    config: configOf(text),
    state: createMemoryStore(),
    calls: {},
    route53: hooks =>
      storeRoute53(store, {
        ...hooks,
        before: (operation, zone) => {
          self.calls[operation] = (self.calls[operation] ?? 0) + 1;
          return hooks.before?.(operation, zone);
        },
      }),
    run(request = {}, ports = {}, more = {}) {
      const all = { ...portsOf(), ...ports };
      return reconcile({ mode: 'sync', force: false, ...request }, { config: self.config, ports: all, ...more });
    },
    move: (ask, agree = async () => true, view, ports = {}) =>
      moveOwnership(
        ask,
        { config: self.config, ports: { ...portsOf(), ...ports }, ...(view !== undefined && { view }) },
        agree,
      ),
    json: zone => dumpZones(store).find(({ id }) => zone === undefined || id === zone)?.records ?? [],
    records: zone => self.json(zone).map(brief).sort(),
  };
  function portsOf(): Ports {
    for (const operation of Object.keys(self.calls)) delete self.calls[operation as Operation];
    return {
      route53: self.route53(self.hooks),
      budget: createBudget(self.config.budget, clock),
      readCluster: fakeClusters(self.clusters),
      keys: keysFrom(self.config.registry.encryptionKeys, { env: options.env ?? {}, clock }),
      store: self.state,
      aliasZoneOf,
      clock,
      holder: 'test',
    };
  }
  return self;
}

/** One record set in a line: `x.example.com A 203.0.113.1`, `x.example.com A → lb.example`, TXT ownership as `owner resource`. */
export function brief({ name, type, values, alias, setIdentifier }: RecordJson): string {
  const owned = /owner=([^,"]*)(?:.*resource=([^,"]*))?/.exec(values?.[0] ?? '');
  const value = alias
    ? `→ ${alias.dnsName.replace(/\.$/, '')}`
    : owned
      ? `${owned[1]} ${owned[2] ?? ''}`.trim()
      : [...(values ?? [])].sort().join(' ');
  return `${name.replace(/\.$/, '').replaceAll('\\052', '*')} ${type}${setIdentifier === undefined ? '' : `#${setIdentifier}`} ${value}`;
}
