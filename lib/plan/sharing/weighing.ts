import { describeObject, type Finding, type ZoneId } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import { objectOf, type StandingShare } from '../current/shares.ts';
import type { Candidate } from '../desired/candidates.ts';
import { findingsOf, listObjects } from '../findings.ts';
import { isPlain } from '../owners/left-behind.ts';
import type { PlanSettings } from '../settings.ts';
import { toldOutside } from './merging.ts';
import type { Shared } from './shared.ts';

interface Weighing {
  readonly asking: readonly Candidate[];
  readonly sharing: readonly Candidate[];
  /** Those who have no part, and nothing at the name: another type of it is not theirs either. */
  readonly outside: readonly Candidate[];
  /** What another owner has of the name by weight. */
  readonly others?: Claim | undefined;
  /** What stays though its objects do not ask for the name now, and why. */
  readonly staying: { readonly kept: readonly StandingShare[]; readonly why: string };
}

export function byWeight(
  { asking, sharing, outside, others, staying }: Weighing,
  { settings, view, owners }: NameContext,
): Shared {
  const candidates = asking.filter(one => !outside.includes(one));
  const objects = [
    ...sharing.flatMap(one => one.objects),
    ...staying.kept.map(({ claim }) => objectOf({ ...claim.ownership, ...owners.partyOf(claim.ownership) })),
  ];
  const having = listObjects([...new Map(objects.map(object => [describeObject(object), object])).values()]);
  const what = `is shared by weight, among ${having}${staying.why === '' ? '' : ` (${staying.why})`}`;
  return {
    candidates: candidates.map(one => (sharing.includes(one) ? weigh(one, settings) : one)),
    findings: others ? toldOfOthers(outside, others, view.zone.id) : toldOutside(outside, what, view.zone.id),
    absent: new Set(),
  };
}

function toldOfOthers(
  outside: readonly Candidate[],
  { ownership: { owner, resource } }: Claim,
  zone: ZoneId,
): Finding[] {
  return outside.flatMap(one => {
    const whose = `another owner, "${owner}" (${resource ?? 'an object that is not named'}), has of it by weight`;
    const from = isPlain(owner) ? ` ${owner}` : '';
    const message = `${one.name} is not shared with what ${whose}: give the object a set identifier and a weight of its own, or take that over (fairlead transfer --unasked --from${from})`;
    return findingsOf(one, 'not-owned', message, zone).map(finding => ({ ...finding, owner }));
  });
}

/** `weighted`: a record set a cluster, which has the cluster's name. The weight is the largest of its objects', else the cluster's. */
function weigh(candidate: Candidate, { weights }: PlanSettings): Candidate {
  const { cluster, endpoints } = candidate;
  const own = endpoints.flatMap(({ weight }) => weight ?? []);
  const routing = { weight: own.length > 0 ? Math.max(...own) : (weights?.get(cluster) ?? 1) };
  return {
    ...candidate,
    isShare: true,
    endpoints: endpoints.map(one => ({ ...one, setIdentifier: cluster, routing })),
  };
}

/** `first` where shares by weight stand: the others give theirs up in the batch in which the first one's becomes simple. */
export function endSharing(
  { asking, lead, sharers }: { asking: readonly Candidate[]; lead: Candidate; sharers: readonly Candidate[] },
  { view }: NameContext,
): Shared {
  const others = sharers.filter(one => one !== lead);
  const message = `${lead.name} is shared no more (sharing: first) and is published for ${listObjects(lead.objects)}`;
  return {
    candidates: asking.filter(one => !others.includes(one)),
    findings: others.flatMap(one => findingsOf(one, 'conflict', message, view.zone.id)),
    absent: new Set(),
  };
}
