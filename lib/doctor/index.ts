export { checksOf } from './check.ts';
export { examine } from './examine.ts';
export type { DoctorPorts } from './ports.ts';
