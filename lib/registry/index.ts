export { type NamingSettings, ownershipName, readOwnershipName } from './names.ts';
export {
  type Claim,
  claimsOf,
  decidingClaim,
  indexOwnership,
  type OwnershipIndex,
  ownershipIn,
} from './ownership.ts';
export { formatOwnership, parseOwnership } from './text.ts';
