import type { NameContext } from '../context.ts';
import type { Candidate } from '../desired/candidates.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { PlanSettings } from '../settings.ts';
import { toldOutside } from './merging.ts';
import type { Shared } from './shared.ts';

interface Weighing {
  readonly asking: readonly Candidate[];
  readonly sharing: readonly Candidate[];
  /** Those who have no part, and nothing at the name: another type of it is not theirs either. */
  readonly outside: readonly Candidate[];
}

export function byWeight({ asking, sharing, outside }: Weighing, { settings, view }: NameContext): Shared {
  const candidates = asking.filter(one => !outside.includes(one));
  const having = listObjects(sharing.flatMap(({ objects }) => objects));
  const what = `is shared by weight, among ${having === '' ? 'objects that were not read' : having}`;
  return {
    candidates: candidates.map(one => (sharing.includes(one) ? weigh(one, settings) : one)),
    findings: toldOutside(outside, what, view.zone.id),
    absent: new Set(),
  };
}

/** `weighted`: a record set a cluster, which has the cluster's name. The weight is the largest of its objects', else the cluster's. */
function weigh(candidate: Candidate, { weights }: PlanSettings): Candidate {
  const { cluster, endpoints } = candidate;
  const own = endpoints.flatMap(({ weight }) => weight ?? []);
  const routing = { weight: own.length > 0 ? Math.max(...own) : (weights?.get(cluster) ?? 1) };
  return { ...candidate, endpoints: endpoints.map(one => ({ ...one, setIdentifier: cluster, routing })) };
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
