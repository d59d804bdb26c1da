export { adviceFor } from './advice.ts';
export type * from './explanation.ts';
export { explainName, type Facts } from './name.ts';
export { nearestOf } from './nearest.ts';
export { explainObject, findObjects, namesOf } from './object.ts';
