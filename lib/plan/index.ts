export { selectZones } from './domains.ts';
export { fingerprint, type PlanInput, type PlanOutput, plan, refusedFindings } from './plan.ts';
export type { PlanSettings } from './settings.ts';
