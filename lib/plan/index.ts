export { allowedBy } from './allowed.ts';
export { removedLately } from './brakes.ts';
export type { ClaimRule } from './claims.ts';
export type { Current, CurrentRecord, OwnedRecord } from './current.ts';
export { inFairOrder } from './fair-order.ts';
export { type FocusedName, focus, zonesMissing } from './focus.ts';
export type { LeftOutZone, PlanInput, PlanOutput, PlanScope } from './input.ts';
export { lesserOf } from './lesser.ts';
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
export { USUAL_QUOTA, withoutAdditions } from './namespace-limit.ts';
export { plan } from './plan.ts';
export { fingerprint, refusalOf, refusedFindings, standsIn } from './refusals.ts';
export type { PlanSettings, SharingRule } from './settings.ts';
export { type ToldByView, tellers, toldByViews } from './told-by-views.ts';
export { selectZones, within, zoneFinder, zoneLeftOutBy } from './zones.ts';
