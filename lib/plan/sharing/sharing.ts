import { type Finding, isAddressType, type SharingMode } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { type StandingShare, shareOfOthers, standingShares } from '../current/shares.ts';
import type { Candidate } from '../desired/candidates.ts';
import { findingsOf } from '../findings.ts';
import { merge, saidOfUnfit } from './merging.ts';
import { disagreeing, modeOf } from './mode.ts';
import type { Shared } from './shared.ts';
import { asks, before, claimsAt, isOf, type Name, sortStanding, type Way, wayOf } from './way.ts';
import { byWeight, endSharing } from './weighing.ts';
import { whyKept } from './why-kept.ts';

/**
 * Puts together what clusters ask for at a name that they share, or gives each a record set by weight. The one seam at
 * which other ways can be chosen.
 *
 * | the name                                                  | who shares it                                              |
 * |-----------------------------------------------------------|------------------------------------------------------------|
 * | is an object's, or free                                   | that object (the best), and those near it that want it the same way |
 * | is shared, and all who have a part were read              | they, as long as one wants that, and those near; else all of it changes |
 * | is shared, and one who has a part was not read, or waits  | it goes on as it is; who wants it so may join              |
 * | is that of an object which waits or was not read          | nobody: what stands stays                                  |
 * | is nobody's of ours, and another owner's by weight        | nobody: of which namespace that is, is not known           |
 *
 * Near are objects whose addresses `records.merge` puts together within a cluster: of the same namespace, of any, or of
 * the same name. So a tenant of another namespace has no part in a name. What an object says of itself counts for itself
 * alone: put together are those that all ask for it. Who is refused because of what has set identifiers at the name does
 * not say how it is had.
 *
 * @param isBound it stands merged, and goes on so, since those who would change that cannot stand beside each other
 */
export function shareName(
  current: Current,
  asking: readonly Candidate[],
  context: NameContext,
  refused: ReadonlySet<Candidate> = new Set(),
  isBound = false,
): Shared {
  const { settings } = context;
  const alone: Shared = { candidates: asking, findings: [], absent: new Set() };
  const addresses = asking.filter(isOfAddress);
  const mode = new Map(addresses.map(one => [one, modeOf(one, settings)]));
  const standing = sharesAt(current, asking, context);
  if (standing.length === 0 && [...mode.values()].every(one => one === 'first')) return alone;
  const claims = claimsAt({ current, asking, addresses, standing }, context);
  const name: Name = {
    current,
    asking,
    addresses,
    mode,
    standing,
    claims,
    ...sortStanding(standing, addresses, current, context),
  };
  const above = unreadAbove(name, context);
  if (above) return above;
  const way = wayOf(name, context, { refused, isBound });
  const { lead, sharing } = way;
  const holds = (one: Candidate) => claims.some(claim => isOf(one, claim, context));
  const told = ({ findings, ...shared }: Shared): Shared => ({
    ...shared,
    findings: [...toldOf(name, way, isBound, context), ...findings],
    ...(lead && !holds(lead) && { chosen: lead }),
  });
  if (way.mode === 'merge') return told(merge({ ...name, sharing, holds, isBound }, context));
  if (way.mode === 'weighted') {
    // Beside what others of ours have who is near those may join.
    const others = lead && !holds(lead) ? shareOfOthers(current, context.owners) : undefined;
    const joining = others ? [] : sharing;
    const outside = addresses.filter(one => !joining.includes(one) && !holds(one));
    const staying = { kept: name.kept, ...whyKept(name.kept, context, current.name) };
    return told(byWeight({ asking, sharing: joining, outside, others, staying }, context));
  }
  // Who has something there by a set identifier, and asks for none, is as near to it as who has a share.
  const routed = current.ours.filter(({ record: { type, setIdentifier } }) => setIdentifier && isAddressType(type));
  const sharers = addresses.filter(one => [...standing, ...routed].some(({ claim }) => isOf(one, claim, context)));
  return told(lead && before(name) ? endSharing({ asking, lead, sharers }, context) : alone);
}

function toldOf({ addresses, mode }: Name, way: Way, isBound: boolean, context: NameContext): Finding[] {
  const merging = addresses.filter(one => mode.get(one) === 'merge' && way.isNear(one));
  return [
    ...addresses.flatMap(one => disagreeing(one, context.settings)),
    ...(way.goesOn ? held(way, mode, isBound, context) : []),
    ...(way.mode === 'merge' ? [] : saidOfUnfit(merging, [], context.view.zone.id)),
  ];
}

/** In a zone that has nothing of a name yet, below one in which it is shared, it is published when all who have a part were read. */
function unreadAbove({ current, asking, addresses }: Name, context: NameContext): Shared | undefined {
  const { view } = context;
  if (current.ours.length > 0 || current.claims.length > 0) return undefined;
  const { ours, zone } = context.above(current.name);
  const above = { ...current, ours };
  const { kept } = sortStanding(sharesAt(above, asking, context), addresses, above, context);
  if (kept.length === 0) return undefined;
  const { why, cluster, release } = whyKept(kept, context, current.name);
  const message = `${current.name} is shared in ${zone?.name} (${zone?.id}), and is published here when all clusters that have a part of it were read: ${why}`;
  const more = { ...(cluster !== undefined && { cluster }), ...(release !== undefined && { release }) };
  return {
    candidates: asking.filter(one => !addresses.includes(one)),
    findings: addresses.flatMap(one =>
      findingsOf(one, 'frozen', message, view.zone.id).map(finding => ({ ...finding, ...more })),
    ),
    absent: new Set(),
  };
}

/**
 * The parts that clusters have. What its object asks for by a set identifier of its own is none, also where that is its cluster's
 * name, as ExternalDNS's users write it: a cluster that does not ask for that has no part in it.
 */
function sharesAt(current: Current, asking: readonly Candidate[], context: NameContext): readonly StandingShare[] {
  const isOwn = ({ claim, owned: { record } }: StandingShare) => asks(asking, record.setIdentifier, claim, context);
  return standingShares(current, context.owners).filter(share => !isOwn(share));
}

const isOfAddress = ({ endpoints }: Candidate) =>
  endpoints.every(({ type, setIdentifier }) => isAddressType(type) && setIdentifier === undefined);

/** Who wants to have the name another way is told why that is not so yet. */
function held(
  { sharing, mode: way }: Way,
  mode: ReadonlyMap<Candidate, SharingMode>,
  isBound: boolean,
  { view }: NameContext,
): Finding[] {
  const why = isBound
    ? ', since what is asked for cannot stand beside each other (DNS allows nothing beside a CNAME), or beside what else the name has'
    : ' before all who have a part of it were read and ask for that';
  return sharing.flatMap(one => {
    const wanted = mode.get(one);
    if (wanted === way) return [];
    const message = `${one.name} goes on being shared (${way}), and is not had otherwise (${wanted})${why}`;
    return findingsOf(one, 'warning', message, view.zone.id);
  });
}
