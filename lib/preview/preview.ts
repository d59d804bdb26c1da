import { dnsSuffix } from '../aws/dns-suffix.ts';
import type { Config } from '../config/config.ts';
import { configsOf } from '../config/index.ts';
import type { ClusterName, RunResult } from '../model/index.ts';
import { offeredTo, type Ports, type Readings, type Run, reconcile, withZones } from '../reconcile/index.ts';
import { createBudget, remembering } from '../route53/index.ts';
import type { Reading } from '../sources/index.ts';
import { type Applied, applied } from './apply.ts';
import { effectOf } from './effect.ts';
import type { Manifests } from './manifests.ts';
import { type Captured, capturing, replaying } from './reader.ts';

export interface Previewed {
  /** What the manifests would bring about, and nothing that is due anyway. */
  readonly result: RunResult;
  readonly applied: Pick<Applied, 'added' | 'pruned'>;
}

interface PreviewOptions {
  readonly cluster: ClusterName;
  readonly prune: boolean;
}

/**
 * What DNS would do if manifests were applied to a cluster: two plans over one reading of the world, one as it is and one
 * as it would be. Nothing is written.
 *
 * @throws as reconcile; Error where the cluster is not read
 */
export async function preview(run: Run, manifests: Manifests, options: PreviewOptions): Promise<Previewed> {
  const { config } = run;
  const { cluster } = options;
  const placeholder = placeholderOf(config, cluster);
  const ports = withZones(run.ports, ({ route53, budget }) => ({ route53: remembering(route53), budget }));
  const readings: Readings = new Map();
  let captured: Captured | undefined;
  const reader = capturing(ports.readCluster, cluster, needsOf(manifests, config, cluster), objects => {
    captured = objects;
  });
  const plan = (more: Partial<Ports>) =>
    reconcile({ mode: 'plan', force: false }, { ...run, ports: { ...ports, ...more }, readings });
  const before = await plan({ readCluster: reader });
  if (captured === undefined)
    throw new Error(`${cluster} is not read (it is frozen by the config): nothing can be said`);
  const prefixes = [...new Set(configsOf(config).flatMap(one => one.config.annotationPrefixes))];
  const applying = { prune: options.prune, prefixes, placeholder };
  const { items, ...changed } = applied(captured.items, manifests.objects, applying);
  readings.delete(cluster);
  const unhurried = createBudget({ ...config.budget, requestsPerSecond: 1000, burst: 1000 }, ports.clock);
  const after = await plan({
    // It asks Route 53 for nothing that it was not asked before.
    ...withZones(ports, ({ route53 }) => ({ route53, budget: unhurried })),
    readCluster: replaying(ports.readCluster, cluster, { ...captured, items }),
  });
  return { result: effectOf(before, after, placeholder), applied: changed };
}

/** Has the form of an AWS load balancer's name, so that the records have the types that they would have. */
function placeholderOf({ clusters }: Config, cluster: ClusterName): string {
  const region = clusters.find(({ name }) => name === cluster)?.region ?? 'us-east-1';
  return `fairlead-not-there-yet-0123456789abcdef.elb.${region}.${dnsSuffix(region)}`;
}

/** What the objects of the manifests need besides themselves. */
function needsOf({ objects }: Manifests, config: Config, cluster: ClusterName): Pick<Reading, 'needs'> {
  const reading = offeredTo(cluster, config);
  for (const { resource, object } of objects) reading.page(resource, [object]);
  return reading;
}
