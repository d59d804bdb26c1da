export { composePorts } from './compose.ts';
export { readHistory } from './history.ts';
export { lookAnew, lookAtKept } from './look.ts';
export type { PlannedRun } from './planned.ts';
export type { ClusterReader, Ports, Progress, Run } from './ports.ts';
export { type ListedRecord, listRecords } from './records.ts';
export { decodePlan, encodePlan, ensureSame, type SavedPlan } from './saved-plan.ts';
export { reconcile } from './shards.ts';
