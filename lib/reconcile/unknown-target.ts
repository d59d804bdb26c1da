import type { ClusterName, RunRequest } from '../model/index.ts';
import { someOwnership } from '../registry/index.ts';
import type { ViewOfWorld } from './world.ts';

/** The request names a cluster or a shard that the config does not have. */
export class UnknownTarget extends Error {
  override readonly name = 'UnknownTarget';
}

/**
 * A forced run may name a cluster that left the config, to remove what it left; one that is mistyped would do nothing.
 *
 * @param whole all views were read
 * @throws UnknownTarget where every zone was read and no ownership record names it
 */
export function refuseUnknown({ clusters = [] }: RunRequest, views: readonly ViewOfWorld[], whole: boolean): void {
  const { config } = (views[0] as ViewOfWorld).run;
  const unknown = clusters.filter(name => !config.clusters.some(cluster => cluster.name === name));
  if (unknown.length === 0 || !whole || views.some(({ world }) => world.unreadable.length > 0)) return;
  const isNamed = (name: ClusterName) =>
    views.some(({ run, world: { zones } }) =>
      zones.some(
        ({ state }) =>
          [...(state.left?.values() ?? [])].some(clusters => clusters.includes(name)) ||
          someOwnership(state.records, run.naming, ({ cluster }) => cluster === name),
      ),
    );
  const mistyped = unknown.find(name => !isNamed(name));
  if (mistyped === undefined) return;
  const known = config.shards.flatMap(shard => shard.clusters).join(', ');
  throw new UnknownTarget(
    `the config has no cluster "${mistyped}", and no ownership record of the selected zones names it; the config has ${known}`,
  );
}
