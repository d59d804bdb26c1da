export { Route53Error } from './errors.ts';
export type { HostedZone, Vpc, ZoneOptions } from './hosted-zone.ts';
export { type DumpOptions, dumpZones, fromJson, loadZones, type RecordJson, toJson, type ZoneJson } from './json.ts';
export { inZone, Problem, parseName } from './names.ts';
export type { Action, AliasTarget, Change, GeoLocation, RecordSet } from './records.ts';
export { type ListPage, type ListStart, type Poison, Route53Store, type StoreOptions } from './store.ts';
