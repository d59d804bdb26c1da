import type { Finding, OwnerId } from '../model/index.ts';
import { describeObject, resourceOf } from '../model/index.ts';
import { type Candidate, compareCandidates } from './candidates.ts';
import type { Site, ZoneView } from './site.ts';
import type { WantedRecord } from './wanted.ts';

/** A candidate with the record sets that it would have in this zone. */
export interface Offer {
  readonly candidate: Candidate;
  readonly records: readonly WantedRecord[];
}

/**
 * The present owner keeps the name: the candidate whose object the ownership record names. For a free name, or when
 * that object no longer asks for it, the best by {@link compareCandidates}.
 */
export function chooseWinner(site: Site, offers: readonly Offer[]): Offer | undefined {
  const sorted = offers.length > 1 ? [...offers].sort((a, b) => compareCandidates(a.candidate, b.candidate)) : offers;
  const present = sorted.find(({ candidate }) =>
    site.ours.some(({ claim: { ownership } }) => holds(candidate, ownership)),
  );
  return present ?? sorted[0];
}

/** Whether an ownership record names one of the candidate's objects. */
export function holds(candidate: Candidate, ownership: { owner: OwnerId; resource?: string }): boolean {
  return (
    candidate.owner === ownership.owner && candidate.objects.some(object => resourceOf(object) === ownership.resource)
  );
}

/** Of the same owner, what wants only types of the name that are still free: a Service's A beside an Ingress's AAAA. */
export function joining(winner: Offer, offers: readonly Offer[]): Offer[] {
  const taken = new Set(winner.records.map(({ record }) => record.type));
  return [...offers]
    .sort((a, b) => compareCandidates(a.candidate, b.candidate))
    .filter(({ candidate, records }) => {
      const free = records.every(({ record: { type } }) => !taken.has(type) && type !== 'CNAME') && !taken.has('CNAME');
      if (records.length === 0 || !free || candidate.owner !== winner.candidate.owner) return false;
      for (const { record } of records) taken.add(record.type);
      return true;
    });
}

/** Several offers of one owner as one: every object of them, every record. */
export function joined(offers: readonly Offer[]): Offer {
  const [first] = offers as [Offer];
  if (offers.length === 1) return first;
  return {
    candidate: {
      ...first.candidate,
      objects: offers.flatMap(({ candidate }) => candidate.objects),
      standIn: offers.some(({ candidate }) => candidate.standIn),
    },
    records: offers.flatMap(({ records }) => records),
  };
}

/** Candidates that want something else than the winner does. Those that agree with it are served. */
export function losing(winners: readonly Offer[], offers: readonly Offer[], { zone }: ZoneView): Finding[] {
  if (offers.length === winners.length) return [];
  const asks = ({ candidate }: Offer) =>
    JSON.stringify(candidate.endpoints.map(({ type, targets, ttl, alias }) => [type, targets, ttl, alias]));
  const served = winners.map(asks);
  const by = joined(winners).candidate.objects.map(describeObject).join(', ');
  return offers
    .filter(offer => !winners.includes(offer) && !served.includes(asks(offer)))
    .flatMap(({ candidate: { name, objects } }) => {
      const message = `${name} is published for ${by}, which also asks for it`;
      return objects.map(object => ({ reason: 'conflict' as const, message, object, name, zone: zone.id }));
    });
}
