export { adviceFor } from './advice.ts';
export type * from './explanation.ts';
export type { Facts } from './facts.ts';
export { heldObjects } from './held.ts';
export { explainName } from './name.ts';
export { nearestOf } from './nearest.ts';
export { explainObject } from './object.ts';
export { findObjects, namesOf } from './objects.ts';
