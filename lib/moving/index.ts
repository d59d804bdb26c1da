export { readArguments } from './arguments.ts';
export { importArguments } from './import.ts';
export { argumentsIn, externalDnsIn } from './input.ts';
export { heldRecord } from './registry-table.ts';
export { annotationTable, flagTable } from './table.ts';
