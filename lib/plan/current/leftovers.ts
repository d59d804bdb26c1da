import { type Finding, type Ownership, recordId } from '../../model/index.ts';
import { once } from '../../once.ts';
import {
  type Claim,
  claimsOf,
  decidingClaim,
  isOwnershipRecord,
  possibleNames,
  readOwnershipName,
} from '../../registry/index.ts';
import { firstOf } from '../../shown.ts';
import type { Owners } from '../owners/owners.ts';
import type { PlanSettings } from '../settings.ts';
import { type Evidence, mayOwn, otherMeaning } from './misread.ts';
import { recordsAt, type ZoneView } from './zone-view.ts';

/**
 * Whether an ownership record of ours that decides over no record set is a plain leftover of a record that somebody removed.
 * It is none, and stays, where it may be all that is known of a record that stands:
 *
 * | the object it names                                     | a record set that is not ours stands at a name that it  | a plain leftover |
 * |                                                         | could mean under another prefix, suffix or replacement  |                  |
 * |---------------------------------------------------------|---------------------------------------------------------|------------------|
 * | is gone from a cluster that was read completely         | no                                                      | yes              |
 * | has its record under another ownership record           | no                                                      | yes              |
 * | asks, waits, or could not be read                       | any                                                     | no               |
 * | any                                                     | yes                                                     | no               |
 */
export function leftoverTest(
  view: ZoneView,
  published: () => ReadonlySet<string>,
  settings: PlanSettings,
  owners: Owners,
): (claim: Claim) => boolean {
  return claim => {
    const { ownership } = claim;
    if (owners.frozen(ownership)) return false;
    if (owners.alive(ownership) && !published().has(objectKey(ownership))) return false;
    return !mayMeanAnother(claim, { view, settings, owners });
  };
}

const objectKey = ({ owner, cluster, resource }: Ownership) => `${owner} ${cluster ?? ''} ${resource ?? ''}`;

/** The objects whose ownership records decide over a record set of these zones; found out when it is first asked. */
export function publishedObjects(
  views: readonly ZoneView[],
  settings: PlanSettings,
  owners: Owners,
): () => ReadonlySet<string> {
  return once(() => new Set(views.flatMap(view => [...publishedIn({ view, settings, owners })])));
}

function* publishedIn(evidence: Evidence): Generator<string> {
  const { view, settings } = evidence;
  for (const name of view.records.keys()) {
    const claims = claimsOf(name, view.ownership, view.records, settings.naming);
    for (const record of claims.length > 0 ? recordsAt(name, view) : []) {
      const claim = isOwnershipRecord(record, settings.naming) ? undefined : decidingClaim(record, claims);
      if (claim && otherMeaning(claim, name, evidence) === undefined) yield objectKey(claim.ownership);
    }
  }
}

function mayMeanAnother(claim: Claim, evidence: Evidence): boolean {
  const { view, settings } = evidence;
  const { txt } = claim;
  // At the name that it means as things are, it is known to cover nothing.
  const meant = readOwnershipName(txt.name, view.zone.name, settings.naming)?.name;
  const before = view.meant.get(recordId(txt));
  if (before !== undefined && before !== meant && mayOwn(claim, before, evidence, { others: true })) return true;
  for (const name of possibleNames(txt.name, view.zone.name))
    if (name !== meant && mayOwn(claim, name, evidence, { others: true })) return true;
  return false;
}

/** How many names a finding shows. */
const SHOWN = 10;

/** What is told of ownership records of ours that fit no record set and stay: one finding a zone. */
export function strayFindings(stray: readonly Claim[], { zone }: ZoneView): Finding[] {
  const names = [...new Set(stray.map(({ txt }) => txt.name))].sort();
  const [first] = names;
  if (first === undefined) return [];
  const advice =
    'If registry.prefix, registry.suffix or registry.wildcardReplacement was changed, put it back, or give the records the new names (fairlead transfer --from-prefix, --from-suffix or --from-wildcard-replacement); else remove them by hand';
  const message =
    names.length === 1
      ? `the ownership record ${first} in ${zone.name} fits no record set, and is left alone. ${advice}`
      : `${names.length} ownership records in ${zone.name} fit no record set, and are left alone (${firstOf(names, SHOWN)}). ${advice}`;
  return [{ reason: 'warning', message, zone: zone.id, ...(names.length === 1 && { name: first }) }];
}
