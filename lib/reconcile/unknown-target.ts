import type { ClusterName, RunRequest } from '../model/index.ts';
import { adviceOnLeft } from '../plan/index.ts';
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
  const hadOwner = views
    .flatMap(({ world: { zones } }) => zones.flatMap(({ state }) => [...(state.fleet ?? [])]))
    .find(([owner, clusters]) => !views[0]?.run.owners.has(owner) && clusters.includes(mistyped));
  const why =
    hadOwner &&
    `its owner id "${hadOwner[0]}" is not in the config any more, and what it has is another owner's: ${adviceOnLeft({ clusters: [mistyped], owner: hadOwner[0], names: [], labelled: false }, false)}`;
  if (why !== undefined) throw new UnknownTarget(`the config has no cluster "${mistyped}"; ${why}`);
  const known = config.shards.flatMap(shard => shard.clusters).join(', ');
  throw new UnknownTarget(
    `the config has no cluster "${mistyped}", and no ownership record of the selected zones names it; the config has ${known}`,
  );
}
