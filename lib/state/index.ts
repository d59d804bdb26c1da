export {
  type CachedConcerns,
  type CachedZoneList,
  decodeConcerns,
  decodeZone,
  decodeZoneList,
  encode,
  encodeZone,
  type ZoneCopy,
} from './codec.ts';
export { createFolderStore } from './folder.ts';
export {
  decodeHistory,
  HISTORY_MS,
  type HistoryFile,
  historyKey,
  historyOf,
  hoursBetween,
  isFull,
  withLines,
} from './history.ts';
export { type Channel, clusterKey, selectedKey, shardKey, toldKey, zoneKey } from './keys.ts';
export { currentLease, type HeldLease, LeaseHeld, takeLease } from './lease.ts';
export { createMemoryStore } from './memory.ts';
export { createS3Store } from './s3.ts';
export {
  decodeSelected,
  encodeSelected,
  type FormerOwner,
  type LeftBehind,
  leftBehind,
  type SelectedZone,
} from './selected.ts';
export { type CachedSnapshot, decodeSnapshot, encodeSnapshot, snapshotText } from './snapshot.ts';
export { StateConflict, type StateStore } from './store.ts';
export { decodeTold, encodeTold, type ToldFinding, type ToldFindings } from './told.ts';
