export { allowedBy } from './allowed.ts';
export type { ClaimRule } from './claims.ts';
export { inFairOrder } from './fair-order.ts';
export type { LeftOutZone, PlanInput, PlanOutput, PlanScope } from './input.ts';
export { USUAL_QUOTA, withoutAdditions } from './namespace-limit.ts';
export { plan } from './plan.ts';
export { fingerprint, refusalOf, refusedFindings, standsIn } from './refusals.ts';
export type { PlanSettings } from './settings.ts';
export { selectZones, within, zoneFinder, zoneLeftOutBy } from './zones.ts';
