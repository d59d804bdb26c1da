import type { ClusterName, HostedZone, RecordSet } from '../model/index.ts';
import {
  type Claim,
  claimsOf,
  decidingClaim,
  departedOf,
  indexOwnership,
  isOwnershipRecord,
} from '../registry/index.ts';
import { configuredIn, fleetOfShards } from './left-clusters.ts';
import { openViews } from './open.ts';
import type { Run } from './ports.ts';
import { type ListedView, listAllViews, listViews } from './views.ts';
import { loadZones } from './zones.ts';

/** A record set of a selected zone and, if an ownership record says so, whose it is. */
export interface ListedRecord {
  readonly zone: HostedZone;
  readonly record: RecordSet;
  readonly owner?: string;
  readonly cluster?: string;
  readonly resource?: string;
  /** The clusters that it may be of and that are not in the config any more; absent: none. */
  readonly left?: readonly ClusterName[];
}

/** Lists the records of the selected zones: those of the config's owners, or all. @throws as reconcile, and for a zone that cannot be read */
export async function listRecords(
  run: Run,
  options: {
    readonly all: boolean;
    readonly withoutOwnership?: boolean;
    /** False: what is kept serves as long as it serves a run. */
    readonly fresh?: boolean;
    /** What cannot be read is left out: a plan beside it tells of that. */
    readonly readable?: boolean;
  },
): Promise<ListedRecord[]> {
  const { fresh = true, readable = false } = options;
  const all = await openViews(run);
  const how = { fresh, keep: false };
  const listed = readable ? (await listViews(all, how)).listed : await listAllViews(all, how);
  const views = await Promise.all(listed.map(view => recordsOf(view, { ...options, fresh, readable })));
  return views.flat();
}

async function recordsOf(
  { run, route53, listing }: ListedView,
  options: {
    readonly all: boolean;
    readonly withoutOwnership?: boolean;
    readonly fresh: boolean;
    readonly readable: boolean;
  },
): Promise<ListedRecord[]> {
  const { config, naming } = run;
  const zonesToRead = listing.selected.filter(({ id }) => !listing.contested.has(id));
  const { zones, findings } = await loadZones(zonesToRead, run, route53, { fresh: options.fresh });
  const unreadable = [...listing.findings, ...findings].find(({ reason }) => reason !== 'warning');
  if (unreadable && !options.readable) throw new Error(unreadable.message);
  const owners = new Set(config.clusters.map(cluster => cluster.owner));
  const configured = { owners: run.owners, clusters: configuredIn(config).clusters };
  return zones.flatMap(({ state, copy }) => {
    const { zone, records } = state;
    const fleet = fleetOfShards(state, copy, run);
    const leftBy = (claim: Claim | undefined) => (claim ? departedOf(claim, fleet, configured) : []);
    const index = indexOwnership(zone, records, naming);
    const listed = [...records.keys()].sort().flatMap(name => {
      const claims = claimsOf(name, index, records, naming);
      return (records.get(name) ?? [])
        .filter(record => (options.all && !options.withoutOwnership) || !isOwnershipRecord(record, naming))
        .map(record => {
          const claim = isOwnershipRecord(record, naming) ? undefined : decidingClaim(record, claims);
          const { owner, cluster, resource } = claim?.ownership ?? {};
          const left = leftBy(claim);
          return {
            zone,
            record,
            ...(owner !== undefined && { owner }),
            ...(cluster !== undefined && { cluster }),
            ...(resource !== undefined && { resource }),
            ...(left.length > 0 && { left }),
          };
        });
    });
    return listed.filter(({ owner }) => options.all || (owner !== undefined && owners.has(owner)));
  });
}
