import type { Finding, RecordSet } from '../../model/index.ts';
import { sharesTtl } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { findingsOf } from '../findings.ts';
import type { Wish } from './wish.ts';

/** The TTL of the weighted record sets of each type. */
export function sharedTtls(
  current: Current,
  leads: readonly Wish[],
  fixed: readonly RecordSet[],
): ReadonlyMap<string, number> {
  const ttls = new Map<string, number>();
  const ttlsOf = (records: readonly RecordSet[], type: string) =>
    records.filter(record => record.type === type && sharesTtl(record)).map(({ ttl = 0 }) => ttl);
  const asking = leads.flatMap(({ records }) => records);
  const holding = leads.filter(({ standing }) => standing.length > 0).flatMap(({ records }) => records);
  for (const type of new Set(asking.filter(sharesTtl).map(record => record.type))) {
    const [stays] = ttlsOf(fixed, type);
    const [now] = ttlsOf(
      current.ours.map(({ record }) => record),
      type,
    );
    const holders = ttlsOf(holding, type);
    const wanted = holders.length > 0 ? holders : ttlsOf(asking, type);
    const [first] = [...wanted].sort((a, b) => a - b);
    const keeps = now !== undefined && wanted.includes(now) ? now : undefined;
    const ttl = stays ?? keeps ?? first;
    if (ttl !== undefined) ttls.set(type, ttl);
  }
  return ttls;
}

export function ttlFindings(
  leads: readonly Wish[],
  ttls: ReadonlyMap<string, number>,
  { view: { zone } }: NameContext,
): Finding[] {
  return leads.flatMap(({ candidate, records }) => {
    const other = records.find(record => sharesTtl(record) && record.ttl !== ttls.get(record.type));
    if (!other) return [];
    const message = `${candidate.name} ${other.type} is published with a TTL of ${ttls.get(other.type)} s, not ${other.ttl} s: Route 53 takes one for all weighted record sets of a name, give the others the same ttl annotation`;
    return findingsOf(candidate, 'warning', message, zone.id);
  });
}
