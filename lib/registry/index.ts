export { possibleNames } from './meaning.ts';
export { meantBefore } from './meant.ts';
export { behindType, ownershipName, readOwnershipName } from './names.ts';
export {
  ambiguousClaims,
  type Claim,
  claimsOf,
  covers,
  decidingClaim,
  indexOwnership,
  isOwnershipRecord,
  type OwnershipIndex,
  ownershipsIn,
  wildcardTwin,
} from './ownership.ts';
export { formatOwnership, parseOwnership } from './text.ts';
export { lookedAgain, unprovenApex, unprovenIn } from './unproven.ts';
