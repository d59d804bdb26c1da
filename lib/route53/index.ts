export { applyChanges, Overtaken } from './apply.ts';
export { createAwsRoute53 } from './aws.ts';
export { SWAP_LIMITS, takesAway } from './batches.ts';
export { createBudget, type RequestBudget } from './budget.ts';
export { type CountedRoute53, OutOfTime, withBudget } from './calls.ts';
export type { ZoneOutcome } from './outcome.ts';
export { type Change, type ListingStart, Route53Error, type Route53Port } from './port.ts';
export { PAGE, readHostedZones, readNames, readZone, withTags } from './read.ts';
export type { Verdict } from './refusal.ts';
