import type { DnsName, Finding, NameChange, RecordSet, ZoneId } from '../model/index.ts';

/**
 * Takes out changes that cannot stand beside another of the same plan: an ownership record falls on a name that is to
 * become a CNAME, or two names share one ownership record. The first by name goes ahead.
 */
export function withoutClashes(
  changes: readonly NameChange[],
  zone: ZoneId,
): { changes: NameChange[]; findings: Finding[] } {
  const taken = new Map<DnsName, { by: NameChange; records: RecordSet[] }>();
  const findings: Finding[] = [];
  const kept = [...changes]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(change => {
      const clash = change.creates
        .map(record => ({ record, place: taken.get(record.name) }))
        .find(({ record, place }) => place?.records.some(other => excludes(record, other)));
      if (clash?.place) {
        findings.push(...explain(change, clash.record, clash.place.by, zone));
        return leftoversOf(change);
      }
      for (const record of change.creates) {
        const place = taken.get(record.name);
        if (place) place.records.push(record);
        else taken.set(record.name, { by: change, records: [record] });
      }
      return [change];
    });
  return { changes: kept, findings };
}

/** Of a change that is taken out: ownership records whose records somebody removed go all the same. */
function leftoversOf(change: NameChange): NameChange[] {
  const idle = change.deletes.length > 0 && change.deletes.every(({ type }) => type === 'TXT');
  return idle ? [{ ...change, action: 'delete', creates: [], objects: [] }] : [];
}

function excludes(a: RecordSet, b: RecordSet): boolean {
  const sameSet = a.type === b.type && (a.setIdentifier ?? '') === (b.setIdentifier ?? '');
  return sameSet || (a.type === 'CNAME') !== (b.type === 'CNAME');
}

function explain(change: NameChange, record: RecordSet, other: NameChange, zone: ZoneId): Finding[] {
  const message = `${change.name} is not published: it needs ${record.name} ${record.type}, which ${other.name} needs too; set registry.prefix to keep ownership records apart from hostnames`;
  const base = { reason: 'conflict' as const, message, name: change.name, zone };
  return change.objects.length === 0 ? [base] : change.objects.map(object => ({ ...base, object }));
}
