export { createKeyring, type Keyring, PLAIN, parseKey } from './cipher.ts';
export {
  byClusters,
  type Configured,
  configuredBy,
  departedOf,
  type LeftNames,
  leftNames,
  leftSince,
} from './left.ts';
export { possibleNames } from './meaning.ts';
export { meantBefore, ownershipIds } from './meant.ts';
export { behindType, type NamingSettings, ownershipName, readOlderName, readOwnershipName } from './names.ts';
export {
  ambiguousClaims,
  type Claim,
  claimsOf,
  covers,
  decidingClaim,
  indexOwnership,
  isOwnershipRecord,
  type OwnershipIndex,
  ownedNames,
  ownershipRecords,
  ownershipsIn,
  someOwnership,
  wildcardTwin,
  withTwin,
} from './ownership.ts';
export { formatOwnership, isUnreadable, isWrittenSo, parseOwnership, writeOwnership } from './text.ts';
export { lookedAgain, unprovenApex, unprovenIn } from './unproven.ts';
