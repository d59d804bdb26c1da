export { importArguments } from './import.ts';
export { argumentsIn } from './input.ts';
export { annotationTable, flagTable } from './table.ts';
