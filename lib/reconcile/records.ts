import type { HostedZone, ManagedType, RecordSet } from '../model/index.ts';
import { claimsOf, decidingClaim, indexOwnership, ownershipIn } from '../registry/index.ts';
import { withBudget } from '../route53/index.ts';
import { createKeeper } from './kept.ts';
import type { Run } from './ports.ts';
import { loadZones } from './zones.ts';

/** A record set of a selected zone and, if an ownership record says so, whose it is. */
export interface ListedRecord {
  readonly zone: HostedZone;
  readonly record: RecordSet;
  readonly owner?: string;
  readonly resource?: string;
}

/** Lists the records of the selected zones: those of the config's owners, or all. @throws as reconcile, and for a zone that cannot be read */
export async function listRecords(run: Run, options: { all: boolean }): Promise<ListedRecord[]> {
  const { config, ports } = run;
  const route53 = withBudget(ports.route53, { budget: ports.budget, clock: ports.clock });
  const { zones, findings } = await loadZones({ ...run, kept: createKeeper(ports.store, ports.clock) }, route53, {
    fresh: true,
    keep: false,
  });
  const [unreadable] = findings;
  if (unreadable) throw new Error(unreadable.message);
  const owners = new Set(config.clusters.map(cluster => cluster.owner));
  return zones.flatMap(({ state: { zone, records } }) => {
    const index = indexOwnership(zone, records, config.registry);
    const listed = [...records.keys()].sort().flatMap(name => {
      const claims = claimsOf(name, index, records, config.registry);
      return (records.get(name) ?? [])
        .filter(record => options.all || ownershipIn(record) === undefined)
        .map(record => {
          const claim = config.records.types.includes(record.type as ManagedType)
            ? decidingClaim(record, claims)
            : undefined;
          return { zone, record, ...claim?.ownership };
        });
    });
    return listed.filter(({ owner }) => options.all || (owner !== undefined && owners.has(owner)));
  });
}
