export { type NamingSettings, ownershipName, readOwnershipName } from './names.ts';
export {
  type Claim,
  claimsOf,
  covers,
  decidingClaim,
  indexOwnership,
  type OwnershipIndex,
  ownershipIn,
} from './ownership.ts';
export { formatOwnership, parseOwnership } from './text.ts';
