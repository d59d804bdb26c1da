import { matchesGlob } from '../glob.ts';
import type { ShardConfig } from './config.ts';

/** The shard of the clusters that no other shard takes. */
export const DEFAULT_SHARD = 'default';

interface Pattern {
  readonly name: string;
  readonly clusters: readonly string[];
}

/** The shard that takes a cluster: the first with a pattern that fits (`*` stands for any characters). */
export function shardOf(cluster: string, shards: readonly Pattern[]): string {
  return shards.find(shard => shard.clusters.some(pattern => matchesGlob(cluster, pattern)))?.name ?? DEFAULT_SHARD;
}

/** Every cluster in exactly one shard, in the order of the config; shards without clusters are left out. */
export function resolveShards(clusters: readonly string[], shards: readonly Pattern[]): ShardConfig[] {
  const names = [...shards.map(({ name }) => name).filter(name => name !== DEFAULT_SHARD), DEFAULT_SHARD];
  return names
    .map(name => ({ name, clusters: clusters.filter(cluster => shardOf(cluster, shards) === name) }))
    .filter(shard => shard.clusters.length > 0);
}
