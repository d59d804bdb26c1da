export {
  decodeConcerns,
  decodeSnapshot,
  decodeZone,
  decodeZoneList,
  encode,
  encodeZone,
  type KeptConcerns,
  type KeptSnapshot,
  type KeptZoneList,
  type ZoneCopy,
} from './codec.ts';
export { createFolderStore } from './folder.ts';
export { type HeldLease, LeaseHeld, takeLease } from './lease.ts';
export { createMemoryStore } from './memory.ts';
export { createS3Store } from './s3.ts';
export { StateConflict, type StateStore } from './store.ts';
