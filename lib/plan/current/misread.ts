import { type DnsName, isAddressType, type RecordSet, recordId } from '../../model/index.ts';
import {
  behindType,
  type Claim,
  claimsOf,
  covers,
  decidingClaim,
  isOwnershipRecord,
  possibleNames,
} from '../../registry/index.ts';
import type { Owners } from '../owners/owners.ts';
import { isManaged, type PlanSettings } from '../settings.ts';
import { recordsAt, type ZoneView } from './zone-view.ts';

/** What tells which record set an ownership record is of. */
export interface Evidence {
  readonly view: ZoneView;
  readonly settings: PlanSettings;
  readonly owners: Owners;
}

/**
 * The name of another record set that an ownership record of ours is of, as far as can be told, though under the naming that
 * the config has it reads as this name's; undefined where nothing speaks against that. After `registry.prefix`, `.suffix` or
 * `.wildcardReplacement` changed, `a-h-t` (of `h`, suffix `-t`) reads as that of `h-t`, which somebody may have made by hand.
 *
 * | what tells of the other name                                 | the record set there                     | by force          |
 * |--------------------------------------------------------------|------------------------------------------|-------------------|
 * | under the naming before, the ownership record decided there  | stands without ownership                 | left alone, too   |
 * |                                                              | is gone, or has another ownership record | the config counts |
 * | the oldest format at a name that begins with a type (`a.h`), | stands without ownership                 | left alone, too   |
 * | which is how the prefix `%{record_type}.` names that of `h`  |                                          |                   |
 * | the object asks for that name, and not for this one          | stands without ownership                 | the config counts |
 */
export function otherMeaning(claim: Claim, name: DnsName, evidence: Evidence): DnsName | undefined {
  const { view, owners } = evidence;
  const { ownership, txt } = claim;
  const sure = surelyOf(claim, name, evidence);
  if (sure !== undefined) return sure;
  if (owners.forced(ownership)) return undefined;
  const before = meantOf(txt, view);
  const isElsewhere = before !== undefined && before !== name;
  if (isElsewhere && (!view.records.has(before) || recordsAt(name, view).some(one => covers(claim, one))))
    return before;
  if (before !== undefined || owners.asks(ownership, name)) return undefined;
  const others = owners.namesOf(ownership).filter(other => other !== name && view.records.has(other));
  const possible = new Set(others.length > 0 ? possibleNames(txt.name, view.zone.name) : []);
  return others.sort().find(other => possible.has(other) && mayOwn(claim, other, evidence));
}

/** What it was of under the naming before; most zones never had another. */
const meantOf = (txt: RecordSet, { meant }: ZoneView) => (meant.size > 0 ? meant.get(recordId(txt)) : undefined);

/** The other name of which nobody can doubt that the ownership record is its: without it the record set there would be lost to us. */
function surelyOf(
  claim: Claim,
  name: DnsName,
  evidence: Evidence,
  seen: ReadonlySet<Claim> = new Set(),
): DnsName | undefined {
  const { txt } = claim;
  const before = meantOf(txt, evidence.view);
  if (before !== undefined) return before !== name && mayOwn(claim, before, evidence, { seen }) ? before : undefined;
  const typed = claim.type === '' && txt.name === name ? behindType(name) : undefined;
  const isPossible = typed && (isAddressType(typed.type) || isManaged(typed.type, evidence.settings));
  return isPossible && mayOwn(claim, typed.name, evidence, { ...typed, seen }) ? typed.name : undefined;
}

interface Standing {
  /** Of this type only. */
  readonly type?: string;
  /** A record set of another owner counts, too. */
  readonly others?: boolean;
  readonly seen?: ReadonlySet<Claim>;
}

/** Whether a name has a record set without ownership, as things are, and that the ownership record could be of. */
export function mayOwn(claim: Claim, name: DnsName, evidence: Evidence, standing: Standing = {}): boolean {
  const { type, others = false, seen = new Set() } = standing;
  const { view, settings, owners } = evidence;
  if (!view.records.has(name)) return false;
  const claims = claimsOf(name, view.ownership, view.records, settings.naming);
  const isOwned = (deciding: Claim) => {
    if (!owners.ours(deciding.ownership.owner)) return !others;
    return !seen.has(deciding) && surelyOf(deciding, name, evidence, new Set(seen).add(claim)) === undefined;
  };
  return recordsAt(name, view).some(record => {
    const deciding = decidingClaim(record, claims);
    const isPossible = others || isManaged(record.type, settings);
    const fits = isAddressType(record.type) || (isPossible && claim.txt.name.includes(record.type.toLowerCase()));
    return (
      !isOwnershipRecord(record, settings.naming) &&
      (type ? record.type === type : fits) &&
      !(name === view.zone.name && (record.type === 'NS' || record.type === 'SOA')) &&
      !(deciding && isOwned(deciding))
    );
  });
}
