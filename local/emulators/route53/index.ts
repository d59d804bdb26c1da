export { Route53Error } from './errors.ts';
export { dumpZones, loadZones, type RecordJson, type ZoneJson } from './json.ts';
export { inZone, Problem, parseName } from './names.ts';
export type { Action, Change, RecordSet } from './records.ts';
export { type ListStart, Route53Store } from './store.ts';
