export { type NamedRecord, type NamingSettings, ownershipName, readOwnershipName } from './names.ts';
export {
  type Claim,
  claimedName,
  claimsOf,
  covers,
  decidingClaim,
  indexOwnership,
  type OwnershipIndex,
  ownerOf,
  ownershipIn,
} from './ownership.ts';
export { formatOwnership, parseOwnership } from './text.ts';
