import type { ClusterName, DnsName, RecordSet, RunRequest, ZoneId } from '../model/index.ts';
import { ownershipRecords, readOwnershipName, withTwin } from '../registry/index.ts';
import { type KnownCluster, namesAsked } from './clusters.ts';
import type { OpenRun } from './ports.ts';
import { type LoadedZone, namesIn } from './zones.ts';

/** What a run touches. Absent parts: everything. */
export interface Scope {
  /** The clusters that are read. */
  readonly read: ReadonlySet<ClusterName>;
  /** Names that these clusters ask for or have are touched. */
  readonly clusters?: ReadonlySet<ClusterName>;
  /** These names are touched, too. */
  readonly names?: ReadonlyMap<ZoneId, ReadonlySet<DnsName>>;
}

/**
 * | request                             | clusters read                              | names touched                                   |
 * |-------------------------------------|--------------------------------------------|-------------------------------------------------|
 * | names no cluster list               | all                                        | all                                             |
 * | names clusters                      | these                                      | those that these clusters ask for or have       |
 * | names record sets that were changed | those that have or asked for their names   | those names                                     |
 *
 * So what is kept of a cluster never enters the plan: it only tells which clusters must be read.
 */
export function scopeOf(
  request: RunRequest,
  zones: readonly LoadedZone[],
  known: ReadonlyMap<ClusterName, KnownCluster>,
  run: OpenRun,
): Scope {
  const all = run.config.clusters.map(({ name }) => name);
  if (request.clusters === undefined) return { read: new Set(all) };
  const names = new Map(
    zones
      .map(zone => [zone.state.zone.id, namesMeant(zone, request.reread, run)] as const)
      .filter(([, some]) => some.size > 0),
  );
  const holders = new Set<ClusterName>();
  for (const zone of zones) {
    const meant = names.get(zone.state.zone.id);
    if (meant) for (const cluster of holdersOf(zone, meant, run)) holders.add(cluster);
  }
  const wanted = new Set([...names.values()].flatMap(some => [...some]));
  for (const [cluster, one] of known) if (namesAsked(one).some(name => wanted.has(name))) holders.add(cluster);
  const asked = new Set(request.clusters);
  // What a cluster left behind may be wanted by any other: it is then handed over, not removed.
  if (request.clusters.some(name => !all.includes(name))) return { read: new Set(all), clusters: asked, names };
  return { read: new Set(all.filter(name => asked.has(name) || holders.has(name))), clusters: asked, names };
}

/** What can be touched while some clusters are still being read: what the others ask for or have. */
export function withoutLate({ read, clusters = read }: Scope, late: ReadonlySet<ClusterName>): Scope {
  const inTime = (names: ReadonlySet<ClusterName>) => new Set([...names].filter(name => !late.has(name)));
  return { read: inTime(read), clusters: inTime(clusters), names: new Map() };
}

/** The names of which changed record sets speak: their own, and that of the record that an ownership record is of. */
function namesMeant(zone: LoadedZone, reread: RunRequest['reread'], { naming }: OpenRun): ReadonlySet<DnsName> {
  const { id, name: apex } = zone.state.zone;
  const meant = new Set<DnsName>();
  for (const name of namesIn(id, reread)) {
    meant.add(name);
    const spoken = readOwnershipName(name, apex, naming)?.name;
    if (spoken === undefined) continue;
    for (const one of withTwin(spoken, naming)) meant.add(one);
  }
  return meant;
}

/** The clusters that the ownership records of these names are of, before and after they were changed. */
function holdersOf(zone: LoadedZone, names: ReadonlySet<DnsName>, { config, naming }: OpenRun): ClusterName[] {
  const { state, previous } = zone;
  const found = new Set<ClusterName>();
  const look = (records: ReadonlyMap<DnsName, readonly RecordSet[]>) => {
    for (const { txt, stated } of ownershipRecords(records, naming)) {
      const spoken = readOwnershipName(txt.name, state.zone.name, naming)?.name;
      if (spoken === undefined || !names.has(spoken)) continue;
      for (const { ownership } of stated) {
        for (const { name, owner } of config.clusters)
          if (ownership.cluster === undefined ? owner === ownership.owner : name === ownership.cluster) found.add(name);
      }
    }
  };
  look(state.records);
  if (previous) look(previous);
  return [...found];
}
