export { composePorts } from './compose.ts';
export type { ClusterReader, Ports, Progress, Run } from './ports.ts';
export { type ListedRecord, listRecords } from './records.ts';
export { reconcile, UnknownTarget } from './shards.ts';
