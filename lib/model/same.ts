import type { RecordSet } from './record.ts';
import { sameRouting } from './routing.ts';
import { canonicalValue } from './values.ts';

function sameValues(a: RecordSet, b: RecordSet): boolean {
  const left = a.values ?? [];
  const right = b.values ?? [];
  if (left.length !== right.length) return false;
  if (left.every((value, i) => value === right[i])) return true;
  const canonical = (set: readonly string[]) => set.map(value => canonicalValue(a.type, value)).sort();
  const sorted = canonical(right);
  return canonical(left).every((value, i) => value === sorted[i]);
}

function sameAlias(a: RecordSet, b: RecordSet): boolean {
  if (a.alias === undefined || b.alias === undefined) return a.alias === b.alias;
  return (
    a.alias.zoneId === b.alias.zoneId &&
    canonicalValue('CNAME', a.alias.dnsName) === canonicalValue('CNAME', b.alias.dnsName) &&
    a.alias.evaluateTargetHealth === b.alias.evaluateTargetHealth
  );
}

type Identity = Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>;

/** The identity of a record set within its zone: name, type and set identifier. */
export function recordId({ name, type, setIdentifier }: Identity): string {
  return `${name} ${type} ${setIdentifier ?? ''}`;
}

/** Whether the set identifiers are the same; a simple record set has none. */
export const isSameIdentifier = (a: Pick<RecordSet, 'setIdentifier'>, b: Pick<RecordSet, 'setIdentifier'>): boolean =>
  (a.setIdentifier ?? '') === (b.setIdentifier ?? '');

/** Whether two record sets are one and the same by identity, whatever they say. */
export const isSameSet = (a: Identity, b: Identity): boolean =>
  a.name === b.name && a.type === b.type && isSameIdentifier(a, b);

/** Whether two record sets of one name say the same: the order of the values and the spelling of addresses and names aside. */
export function sameRecord(a: RecordSet, b: RecordSet): boolean {
  return (
    isSameSet(a, b) &&
    a.ttl === b.ttl &&
    a.healthCheckId === b.healthCheckId &&
    a.trafficPolicyInstanceId === b.trafficPolicyInstanceId &&
    sameAlias(a, b) &&
    sameRouting(a, b) &&
    sameValues(a, b)
  );
}
