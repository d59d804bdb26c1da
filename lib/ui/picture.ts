import { addTo, groupBy } from '../group.ts';
import type { RunSummary } from '../history/index.ts';
import type { ClusterResult, DnsName, Finding, OwnerId, RecordChange, RunResult, ZoneId } from '../model/index.ts';
import { objectNamedBy, resourceOf } from '../model/index.ts';
import { forceFor } from '../plan/index.ts';
import type { ListedRecord } from '../reconcile/index.ts';
import { byClusters, type LeftNames } from '../registry/index.ts';
import { sourceOfResource } from '../sources/index.ts';

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
  const findings = new Map<DnsName, Finding[]>();
  for (const finding of plan.findings) if (finding.name !== undefined) addTo(findings, finding.name, finding);
  const stopped = stoppedClusters(plan);
  for (const { record, ...listed } of records)
    for (const finding of stopped(listed))
      if (!findings.get(record.name)?.includes(finding)) addTo(findings, record.name, finding);
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

/** What is told once of a cluster that could not be read, or left the config, for the record sets that are frozen by it. */
function stoppedClusters({ clusters, findings }: RunResult) {
  const told = groupBy(
    findings.filter(({ object, cluster }) => object === undefined && cluster !== undefined),
    ({ cluster = '' }) => cluster,
  );
  const isUnread = ({ kinds }: ClusterResult, resource: string) => {
    const source = sourceOfResource(objectNamedBy(resource).kind);
    return source !== undefined && kinds[source]?.complete === false;
  };
  return ({ owner, cluster, resource, left }: Omit<ListedRecord, 'record'>): readonly Finding[] => {
    if (left !== undefined) {
      const command = forceFor(left);
      return findings.filter(
        ({ reason, release }) => reason === 'frozen' && release !== undefined && release === command,
      );
    }
    if (owner === undefined || resource === undefined || told.size === 0) return [];
    const configured = clusters.filter(one => (cluster === undefined ? one.owner === owner : one.name === cluster));
    return configured
      .filter(one => isUnread(one, resource))
      .flatMap(({ name }) => told.get(name) ?? [])
      .filter(({ name }) => name === undefined);
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function rowOf(listed: ListedRecord, owners: ReadonlySet<OwnerId>, findings: readonly Finding[]): Row {
  const { record, owner, cluster, resource, left = [] } = listed;
  const values = record.alias ? [record.alias.dnsName] : (record.values ?? []);
  const reasons = findings.map(({ reason }) => reason);
  const parts = [
    record.name,
    record.type,
    ...values,
    owner,
    cluster,
    ...left,
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

/** What clusters that left the config have left behind, by cluster and owner id. */
export function leftBehind({
  rows,
  picture: { owners },
}: Index): { readonly left: LeftNames; readonly ours: boolean }[] {
  const gone = rows.flatMap(({ listed: { left: clusters, owner, cluster, record } }) =>
    clusters && owner !== undefined ? [{ name: record.name, clusters, owner, labelled: cluster !== undefined }] : [],
  );
  return byClusters(gone).map(left => ({ left, ours: owners.has(left.owner) }));
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
