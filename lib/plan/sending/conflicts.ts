import type { DnsName, Finding, RecordSet, ZoneId } from '../../model/index.ts';
import { changeKey, conflictOf, isSameSet } from '../../model/index.ts';
import type { PlannedChange } from '../context.ts';
import { findingsOfChange } from '../findings.ts';

/**
 * Takes out changes that cannot stand beside another of the same plan: an ownership record falls on a name that is to
 * become a CNAME, or two names share one ownership record. What is ours already goes first, then the first by name.
 */
export function withoutConflicts(
  changes: readonly PlannedChange[],
  zone: ZoneId,
): { compatible: readonly PlannedChange[]; findings: readonly Finding[] } {
  const taken = new Map<DnsName, { by: DnsName; records: RecordSet[] }>();
  const findings: Finding[] = [];
  const compatible = [...changes].sort(byClaim).filter(({ change }) => {
    const conflict = change.creates
      .map(record => ({ record, place: taken.get(record.name) }))
      .find(({ record, place }) => place?.records.some(other => excludes(record, other)));
    if (conflict?.place) {
      const message = `${change.name} is not published: it needs ${conflict.record.name} ${conflict.record.type}, which ${conflict.place.by} needs too; set registry.prefix to keep ownership records apart from hostnames`;
      findings.push(...findingsOfChange(change, 'conflict', message, zone));
      return false;
    }
    for (const record of change.creates) {
      const place = taken.get(record.name);
      if (place) place.records.push(record);
      else taken.set(record.name, { by: change.name, records: [record] });
    }
    return true;
  });
  return { compatible, findings };
}

const isNew = ({ change }: PlannedChange) => Number(change.action === 'create');

function byClaim(a: PlannedChange, b: PlannedChange): number {
  return isNew(a) - isNew(b) || (changeKey(a.change) < changeKey(b.change) ? -1 : 1);
}

function excludes(a: RecordSet, b: RecordSet): boolean {
  return isSameSet(a, b) || conflictOf(a, b) !== undefined;
}
