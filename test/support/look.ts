import { explainName, explainObject, findObjects, namesOf } from '../../lib/explain/index.ts';
import { lookAnew, lookAtKept } from '../../lib/reconcile/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createBudget } from '../../lib/route53/index.ts';
import { fakeClusters, type Harness } from './harness.ts';

/** What a command sees of the world of a harness; Route 53 and the clusters are not asked for what is kept. */
export const runOf = (world: Harness, listed: string[] = []) => ({
  config: world.config,
  ports: {
    route53: world.route53({}),
    budget: createBudget(world.config.budget, world.clock),
    readCluster: fakeClusters(world.clusters, listed),
    store: world.state,
    aliasZoneOf,
    clock: world.clock,
    holder: 'explain',
  },
});

/** `fairlead explain NAME`, and what it asked Route 53 and the clusters for. */
export async function explain(world: Harness, name: string, { fresh = false } = {}) {
  for (const operation of Object.keys(world.calls)) delete world.calls[operation as keyof typeof world.calls];
  const listed: string[] = [];
  const run = runOf(world, listed);
  const look = fresh ? await lookAnew(run) : await lookAtKept(run, () => new Set([name]));
  return { ...explainName(name, look), asked: [...Object.keys(world.calls), ...listed] };
}

/** `fairlead why-not KIND/NAMESPACE/NAME`. */
export async function whyNot(world: Harness, object: string, { cluster = 'prod', fresh = false } = {}) {
  const [kind, namespace, name] = object.split('/') as [string, string, string];
  const wanted = { kind, namespace, name };
  const names = (asked: Parameters<typeof findObjects>[1]) =>
    new Set(findObjects(wanted, asked, cluster).flatMap(found => [...namesOf(found, asked)]));
  const look = fresh ? await lookAnew(runOf(world)) : await lookAtKept(runOf(world), names);
  return explainObject({ ...wanted, cluster }, look);
}
