export type { Moves } from '../plan/index.ts';
export { composePorts } from './compose.ts';
export { type Ask, type MoveResult, moveOwnership } from './moves.ts';
export type { ClusterReader, Ports, Progress } from './ports.ts';
export { type ListedRecord, listRecords } from './records.ts';
export { reconcile } from './shards.ts';
