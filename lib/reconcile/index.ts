export { composePorts } from './compose.ts';
export { lookAnew, lookAtKept } from './look.ts';
export type { ClusterReader, Ports, Progress } from './ports.ts';
export { type ListedRecord, listRecords } from './records.ts';
export { reconcile } from './shards.ts';
