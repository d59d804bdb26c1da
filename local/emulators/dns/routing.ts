import type { RecordSet } from '../route53/records.ts';

/** A number from 0 up to 1, as Math.random. */
export type Random = () => number;

/**
 * The record sets of one name and type that a resolver here and now is answered with. Weighted: one, by chance in
 * proportion to its weight (equal chances when all weigh nothing). Failover: the primary. Multivalue: all, up to eight.
 * Latency, geography, CIDR: nobody is near or far on loopback, so the default location, or else the first.
 */
export function routed(sets: readonly RecordSet[], random: Random): readonly RecordSet[] {
  const [first] = sets;
  if (!first || sets.length === 1) return sets;
  if (first.weight !== undefined) return [weighted(sets, random)];
  if (first.multiValueAnswer !== undefined) return sets.slice(0, 8);
  const preferred = sets.find(set => set.failover === 'PRIMARY' || set.geoLocation?.countryCode === '*');
  return [preferred ?? first];
}

function weighted(sets: readonly RecordSet[], random: Random): RecordSet {
  const total = sets.reduce((sum, set) => sum + (set.weight ?? 0), 0);
  const share = (set: RecordSet) => (total === 0 ? 1 / sets.length : (set.weight ?? 0) / total);
  let left = random();
  for (const set of sets) {
    left -= share(set);
    if (left < 0) return set;
  }
  return sets.findLast(set => share(set) > 0) as RecordSet;
}
