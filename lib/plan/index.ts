export { allowedBy } from './allowed.ts';
export type { ClaimRule } from './claims.ts';
export type { Current, CurrentRecord } from './current.ts';
export { type FocusedName, focus, zonesMissing } from './focus.ts';
export type { LeftOutZone, PlanInput, PlanOutput, PlanScope } from './input.ts';
export { plan } from './plan.ts';
export { fingerprint, refusalOf, refusedFindings, standsIn } from './refusals.ts';
export type { PlanSettings } from './settings.ts';
export { selectZones, within, zoneFinder, zoneLeftOutBy } from './zones.ts';
