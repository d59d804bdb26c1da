export * from './cluster.ts';
export type * from './endpoint.ts';
export type * from './finding.ts';
export type * from './names.ts';
export type * from './plan.ts';
export type * from './record.ts';
export type * from './result.ts';
export { sameRecord } from './same.ts';
export type * from './zone.ts';
