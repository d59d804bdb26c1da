import type { DnsName, NameChange, RecordSet } from '../model/index.ts';
import { sameRecord } from '../model/index.ts';

/** An update is drift when what it replaces is not what was there before: somebody else changed a record of ours. */
export function markDrift(
  change: NameChange,
  before: ReadonlyMap<DnsName, readonly RecordSet[]>,
  after: ReadonlyMap<DnsName, readonly RecordSet[]>,
): NameChange {
  if (change.action === 'delete') return change;
  const isOf = ({ setIdentifier }: RecordSet) =>
    change.setIdentifier === undefined || change.setIdentifier === setIdentifier;
  const old = (before.get(change.name) ?? []).filter(isOf);
  const now = (after.get(change.name) ?? []).filter(isOf);
  const same = old.length === now.length && now.every(record => old.some(other => sameRecord(other, record)));
  return same || old.length === 0 ? change : { ...change, drift: true };
}
