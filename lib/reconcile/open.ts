import type { Config } from '../config/config.ts';
import { type ConfigOfView, configsOf, ownerIdsOf } from '../config/index.ts';
import type { ClusterName } from '../model/index.ts';
import { withBudget } from '../route53/index.ts';
import { createCache } from './cache.ts';
import { DEFAULT_SHARD, type OpenRun, type Ports, type Run, type ZonesPort } from './ports.ts';
import type { View } from './views.ts';

/** A run that sees the clusters of a shard alone. It still knows whose ownership records the other shards write. */
export function ofShard(run: Run, shard: string, clusters: readonly ClusterName[]): Run {
  const { config, owners = ownerIdsOf(config) } = run;
  const own = { ...config, clusters: config.clusters.filter(({ name }) => clusters.includes(name)) };
  return { ...run, shard, owners, config: own };
}

/**
 * Begins a run: one part a view, all of which see the same clusters and the same of what is kept. Without the keys that the
 * config names it is not made: every encrypted ownership record would count as somebody else's.
 *
 * @throws UnusableKey
 */
export async function openViews(run: Run): Promise<View[]> {
  const { config, ports } = run;
  const { prefix, suffix, wildcardReplacement } = config.registry;
  const keys = await ports.keys?.();
  const all = configsOf(config);
  const common = {
    ...run,
    shard: run.shard ?? DEFAULT_SHARD,
    owners: run.owners ?? ownerIdsOf(config),
    cache: createCache(ports.store, ports.clock),
    naming: { prefix, suffix, wildcardReplacement, ...(keys && { keys }) },
    readings: run.readings ?? new Map(),
    views: all.map(one => one.config),
  };
  const deadline = run.deadlineMs === undefined ? {} : { deadline: run.deadlineMs };
  return all.map((one, at) => {
    const own = portsOf(one, ports);
    const opened: OpenRun = {
      ...common,
      config: one.config,
      ...(one.view !== undefined && { view: one.view }),
      ports: { ...ports, ...own },
      at,
      tagged: all.some(other => isTagged(other) && roleOf(other) === roleOf(one)),
    };
    return { run: opened, route53: withBudget(own.route53, { budget: own.budget, clock: ports.clock, ...deadline }) };
  });
}

const isTagged = ({ config: { zones } }: ConfigOfView) => Object.keys(zones.tags).length > 0;
const roleOf = ({ config: { zones } }: ConfigOfView) => zones.roleArn;

/** Route 53 as a view reaches it. */
const portsOf = ({ view, config: { zones } }: ConfigOfView, ports: Ports): ZonesPort =>
  view === undefined ? ports : (ports.zonesOf?.(zones) ?? ports);

/** Route 53 as a view of this name reaches it; without one, as the config does. */
export function zonesPortOf(view: string | undefined, config: Config, ports: Ports): ZonesPort {
  const one = configsOf(config).find(other => other.view === view);
  return one ? portsOf(one, ports) : ports;
}

/** The same ports with another way to Route 53, whatever the role. */
export function withZones(ports: Ports, change: (port: ZonesPort) => ZonesPort): Ports {
  const changed = new Map<ZonesPort, ZonesPort>();
  const once = (port: ZonesPort) => {
    const known = changed.get(port) ?? change(port);
    changed.set(port, known);
    return known;
  };
  const { zonesOf } = ports;
  const { route53, budget } = change(ports);
  return { ...ports, route53, budget, ...(zonesOf && { zonesOf: zones => once(zonesOf(zones)) }) };
}
