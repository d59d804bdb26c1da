import type { ClusterName, ZoneId } from '../model/index.ts';

/** Where findings are told: on the change stream, or on the objects as Kubernetes Events. */
export type Channel = 'stream' | 'objects';

// Under which keys things are kept; whoever looks at what is kept asks here.

export const zoneKey = (id: ZoneId): string => `zone/${id}`;
/** What a cluster asks for of a view; no name has an @ in it. */
export const clusterKey = (cluster: ClusterName, view?: string): string => ofView(`cluster/${cluster}`, view);
/** Which zones the runs of a shard have to do with. */
export const shardKey = (shard: string, view?: string): string => ofView(`shard/${shard}`, view);
/** The zones that are selected, and those that were until the config was changed. */
export const selectedKey = 'selected';
export const leaseKey = (shard: string): string => `lease/${shard}`;
/**
 * What was told of a shard's findings, and where: each has a memory of its own, since a run in a terminal writes on the objects and
 * not on the stream.
 */
export const toldKey = (shard: string, channel: Channel): string =>
  channel === 'stream' ? `told/${shard}` : `told-on-objects/${shard}`;

const ofView = (key: string, view: string | undefined) => (view === undefined ? key : `${key}@${view}`);
