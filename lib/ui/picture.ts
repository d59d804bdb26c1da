import { groupBy } from '../group.ts';
import type { RunSummary } from '../history/index.ts';
import type { DnsName, Finding, OwnerId, RecordChange, RunResult, ZoneId } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';
import type { ListedRecord } from '../reconcile/index.ts';

/** All that the pages show, as of one moment. */
export interface Picture {
  /** Epoch milliseconds. */
  readonly at: number;
  /** What the next run would do, and what it would leave undone. */
  readonly plan: RunResult;
  /** Every record set of the selected zones, ownership records left out. */
  readonly records: readonly ListedRecord[];
  /** The owner ids of the config. */
  readonly owners: ReadonlySet<OwnerId>;
  /** How many record sets a zone may hold and holds (absent where that may not be read), and when that was asked. */
  readonly rooms: { readonly at: number; readonly of: ReadonlyMap<ZoneId, Room> };
  /** What runs changed within a day, the newest first; or why that is not known. */
  readonly runs: readonly RunSummary[] | string;
}

/** How many record sets a zone may hold, and holds. */
export interface Room {
  readonly limit: number;
  readonly count: number;
}

/** One record set, with what is said of its name; `text` is what a search looks through. */
export interface Row {
  readonly listed: ListedRecord;
  readonly ours: boolean;
  readonly text: string;
}

/** A picture, prepared for being asked. */
export interface Index {
  readonly picture: Picture;
  /** Sorted by name and type. */
  readonly rows: readonly Row[];
  readonly findings: ReadonlyMap<DnsName, readonly Finding[]>;
  readonly changes: ReadonlyMap<DnsName, readonly RecordChange[]>;
}

const zoneOf = ({ zone }: ListedRecord) => `${zone.name} ${zone.id}`;

export function indexPicture(picture: Picture): Index {
  const { plan, records, owners } = picture;
  const isNamed = (finding: Finding): finding is Finding & { readonly name: DnsName } => finding.name !== undefined;
  const findings = groupBy(plan.findings.filter(isNamed), ({ name }) => name);
  const changes = groupBy(
    plan.zones.flatMap(zone => zone.changes),
    ({ name }) => name,
  );
  const rows = records
    .map(listed => rowOf(listed, owners, findings.get(listed.record.name) ?? []))
    .sort(
      ({ listed: a }, { listed: b }) => compare(a.record.name, b.record.name) || compare(a.record.type, b.record.type),
    );
  return { picture, rows, findings, changes };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function rowOf(listed: ListedRecord, owners: ReadonlySet<OwnerId>, findings: readonly Finding[]): Row {
  const { record, owner, cluster, resource } = listed;
  const values = record.alias ? [record.alias.dnsName] : (record.values ?? []);
  const reasons = findings.map(({ reason }) => reason);
  const parts = [
    record.name,
    record.type,
    ...values,
    owner,
    cluster,
    resource,
    zoneOf(listed),
    record.setIdentifier,
    ...reasons,
  ];
  return {
    listed,
    ours: owner !== undefined && owners.has(owner as OwnerId),
    text: parts
      .filter(part => part !== undefined)
      .join('\n')
      .toLowerCase(),
  };
}

/** What a search narrows: each word must be found somewhere; `is:ours` and `is:foreign` ask whose a record is. */
export function search({ rows }: Index, query: string): Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const whose = words.findLast(word => word === 'is:ours' || word === 'is:foreign');
  const wanted = words.filter(word => !word.startsWith('is:'));
  return rows.filter(
    ({ text, ours }) =>
      (whose === undefined || ours === (whose === 'is:ours')) && wanted.every(word => text.includes(word)),
  );
}

/** What a search through findings looks at. */
export function findingText({ reason, message, object, name, cluster, zone }: Finding): string {
  const parts = [reason, message, object && `${object.cluster} ${resourceOf(object)}`, name, cluster, zone];
  return parts
    .filter(part => part !== undefined)
    .join('\n')
    .toLowerCase();
}
