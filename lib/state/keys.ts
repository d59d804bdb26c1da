import type { ClusterName, ZoneId } from '../model/index.ts';

// Under which keys things are kept; whoever looks at what is kept asks here.

export const zoneKey = (id: ZoneId): string => `zone/${id}`;
export const clusterKey = (cluster: ClusterName): string => `cluster/${cluster}`;
export const leaseKey = (shard: string): string => `lease/${shard}`;
export const toldKey = (shard: string): string => `told/${shard}`;
