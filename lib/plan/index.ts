export { selectZones } from './domains.ts';
export { type PlanInput, type PlanOutput, plan } from './plan.ts';
export { fingerprint, refusedFindings } from './refused.ts';
export type { PlanSettings } from './settings.ts';
