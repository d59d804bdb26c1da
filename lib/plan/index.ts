export { USUAL_QUOTA, withoutAdditions } from './allowance.ts';
export { inFairOrder } from './fair-order.ts';
export type { PlanInput, PlanOutput, PlanScope } from './input.ts';
export { plan } from './plan.ts';
export { fingerprint, refusalOf, refusedFindings, standsIn } from './refusals.ts';
export type { PlanSettings } from './settings.ts';
export { selectZones, zoneFinder } from './zones.ts';
