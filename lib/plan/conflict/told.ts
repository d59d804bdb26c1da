import { groupBy } from '../../group.ts';
import type { Finding, ZoneId } from '../../model/index.ts';
import { canonicalValue, describeObject } from '../../model/index.ts';
import type { Candidate } from '../desired/candidates.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { Contender } from './contenders.ts';
import type { Holder } from './holders.ts';

/** Candidates that want something else than what is published. */
export function losing(
  losers: readonly Contender[],
  winners: readonly Contender[],
  holders: readonly Holder[],
  zone: ZoneId,
): Finding[] {
  const unread = holders.find(({ keeping }) => keeping && keeping.why !== 'waiting');
  const reason = winners.length === 0 && unread ? 'frozen' : 'conflict';
  return losers.flatMap(({ candidate }) =>
    findingsOf(candidate, reason, `${candidate.name} ${whoHas(winners, holders)}`, zone),
  );
}

/** What ends a conflict of two objects. */
export const GIVE_UP = 'take the hostname out of one of the two';

function whoHas(winners: readonly Contender[], holders: readonly Holder[]): string {
  const objects = winners.flatMap(({ candidate }) => candidate.objects);
  if (objects.length > 0) return `is published for ${listObjects(objects)}, which also asks for it: ${GIVE_UP}`;
  const holder = holders.find(({ candidate, keeping }) => candidate ?? keeping);
  if (holder?.candidate)
    return `belongs to ${listObjects(holder.candidate.objects)}, which also asks for it: ${GIVE_UP}`;
  const resource = holder?.claim.ownership.resource ?? 'an object';
  const where = holder?.zone ? ` in ${holder.zone.name} (${holder.zone.id})` : '';
  return `is left as it is: ${resource} has it${where}, and ${holder?.keeping?.message}`;
}

/** Whoever is published together with others is told of it, unless it asks by itself for all that is published. */
export function merging(winners: readonly Contender[], zone: ZoneId): Finding[] {
  const objects = winners.flatMap(({ candidate }) => candidate.objects);
  if (objects.length < 2) return [];
  const isShared = winners.some(({ candidate: { parts = [] } }) => parts.length > 1);
  const message = `has the addresses of ${listObjects(objects)} together (${isShared ? 'sharing: merge' : 'records.merge'})`;
  return winners.flatMap(({ candidate }) => {
    const own = groupBy(candidate.endpoints, ({ object }) => describeObject(object));
    const all = targetsOf(candidate.endpoints);
    return candidate.objects
      .filter(object => winners.length > 1 || targetsOf(own.get(describeObject(object)) ?? []) < all)
      .map(object => ({
        reason: 'merged' as const,
        message: `${candidate.name} ${message}`,
        object,
        name: candidate.name,
        zone,
      }));
  });
}

/** How many different targets endpoints have. */
const targetsOf = (endpoints: Candidate['endpoints']) =>
  new Set(endpoints.flatMap(({ type, targets }) => targets.map(target => canonicalValue(type, target)))).size;
