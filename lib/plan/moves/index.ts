export { planAdoption } from './adopt.ts';
export { type HeldRecord, planImport } from './import.ts';
export type { Move, Moves } from './move.ts';
export { planRelease, planReleaseOf } from './release.ts';
export { planRekey, planRename } from './rename.ts';
export { afterwards, planTransfer, tracesOf } from './transfer.ts';
export { planUndo, undoneKey } from './undo.ts';
