import type { ClusterName, Finding, Snapshot } from '../model/index.ts';
import { isUnpublished } from '../model/index.ts';
import { keepSnapshot } from './clusters.ts';
import { keepConcerns } from './concerns.ts';
import type { OpenRun } from './ports.ts';
import type { World } from './world.ts';

/** Keeps what was read, for the next run; a run that changes nothing writes nothing. */
export async function keepWorld(world: World, findings: readonly Finding[], run: OpenRun): Promise<void> {
  const { clusters, known, zones, concerns, asked } = world;
  const unpublished = new Map<ClusterName, number>();
  for (const finding of findings) {
    const cluster = finding.object?.cluster ?? finding.cluster;
    if (cluster === undefined || !isUnpublished(finding)) continue;
    unpublished.set(cluster, (unpublished.get(cluster) ?? 0) + (finding.count ?? 1));
  }
  const read = clusters.snapshots.filter(({ origin }) => origin === 'read');
  const keepOne = (snapshot: Snapshot) =>
    keepSnapshot(snapshot, unpublished.get(snapshot.cluster) ?? 0, known.get(snapshot.cluster) ?? {}, run);
  await Promise.all([...read.map(keepOne), keepConcerns(run, concerns, zones, asked)]);
}
