export { removedLately } from './brakes/removals.ts';
export { allowedBy } from './claims/allowed.ts';
export type { Current, CurrentRecord, OwnedRecord } from './current/current.ts';
export { type FocusedName, focus, zonesMissing } from './focus.ts';
export type { LeftOutZone, PlanInput, PlanOutput, PlanScope } from './input.ts';
export {
  afterwards,
  type HeldRecord,
  type Move,
  type Moves,
  planAdoption,
  planImport,
  planRekey,
  planRelease,
  planReleaseOf,
  planRename,
  planTransfer,
  planUndo,
  tracesOf,
  undoneKey,
} from './moves/index.ts';
export { adviceOnLeft, describeDeparted, describeLeft, forceFor } from './owners/left-behind.ts';
export { plan } from './plan.ts';
export { inFairOrder } from './sending/fair-order.ts';
export { lesserOf } from './sending/lesser.ts';
export { USUAL_QUOTA, withoutAdditions } from './sending/namespace-limit.ts';
export { fingerprint, isUnknownIPv6, refusalOf, refusedFindings, standsIn } from './sending/refusals.ts';
export type { ClaimRule, PlanSettings, SharingRule } from './settings.ts';
export { type ToldByView, tellers, toldByViews } from './told-by-views.ts';
export { filtersWithoutZone } from './zones/without-zone.ts';
export { selectZones, within, zoneFinder, zoneLeftOutBy } from './zones/zones.ts';
