export { type NamingSettings, ownershipName, readOwnershipName } from './names.ts';
export {
  type Claim,
  claimedName,
  claimsOf,
  decidingClaim,
  indexOwnership,
  type OwnershipIndex,
  ownershipIn,
} from './ownership.ts';
export { formatOwnership, parseOwnership } from './text.ts';
