export { selectZones } from './domains.ts';
export type { PlanInput, PlanOutput } from './input.ts';
export { plan } from './plan.ts';
export { fingerprint, refusedFindings } from './refused.ts';
export type { PlanSettings } from './settings.ts';
