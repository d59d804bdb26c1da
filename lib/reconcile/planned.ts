import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { NameChange, Snapshot, ZoneState } from '../model/index.ts';
import type { OpenRun } from './ports.ts';

/** What a run over one shard planned for one view, and fingerprints of all that it planned from. */
export interface PlannedRun {
  readonly shard: string;
  /** Absent: the config has none. */
  readonly view?: string;
  readonly config: string;
  readonly clusters: readonly { readonly name: string; readonly read: string }[];
  readonly zones: readonly PlannedZone[];
}

interface PlannedZone {
  readonly id: string;
  readonly name: string;
  readonly read: string;
  readonly changes: readonly NameChange[];
}

/** @param zones with their changes, in the order of the zones */
export function plannedRun(
  { shard, view, views }: OpenRun,
  snapshots: readonly Snapshot[],
  zones: readonly { readonly state: ZoneState; readonly changes: readonly NameChange[] }[],
): PlannedRun {
  return {
    shard,
    ...(view !== undefined && { view }),
    config: print(views.map(configOf)),
    clusters: snapshots.map(snapshot => ({ name: snapshot.cluster, read: snapshotPrint(snapshot) })),
    zones: zones.map(({ state: { zone, records }, changes }) => ({
      id: zone.id,
      name: zone.name,
      read: print([...records.values()].flat()),
      changes,
    })),
  };
}

/** In whatever order they come. */
function print(items: readonly unknown[]): string {
  const lines = items.map(item => JSON.stringify(item)).sort();
  return createHash('sha256').update(lines.join('\n')).digest('base64url');
}

/** Where state and kubeconfigs are, and how fast requests go, may differ between who plans and who applies. */
function configOf({ state: _, budget: __, clusters, ...config }: Config) {
  return { ...config, clusters: clusters.map(({ kubeconfig: _path, ...cluster }) => cluster) };
}

/** What the objects ask for, and which sources could be read: objects that ask for nothing do not count. */
function snapshotPrint({ kinds, endpoints, holds, origin }: Snapshot): string {
  const complete = Object.entries(kinds).map(([source, read]) => [source, read.complete]);
  return print([origin, ...complete, ...endpoints, ...holds]);
}

/** What is another by now, in words for a person; none: the very same changes are due. */
export function differences(then: PlannedRun, now: PlannedRun): string[] {
  const found: string[] = [];
  if (then.config !== now.config) found.push('the config is another one');
  const names = ({ zones }: PlannedRun) => JSON.stringify(zones.map(({ id, name }) => [id, name]));
  if (names(then) !== names(now)) found.push('other hosted zones are selected, or can be read');
  for (const zone of now.zones) {
    const before = then.zones.find(({ id }) => id === zone.id);
    if (before && before.read !== zone.read)
      found.push(`the record sets of the hosted zone ${zone.name} (${zone.id}) are not as they were`);
  }
  for (const { name, read } of now.clusters) {
    const before = then.clusters.find(cluster => cluster.name === name);
    if (before && before.read !== read)
      found.push(`what the objects of ${name} ask for, or what of them can be read, is not as it was`);
  }
  const changes = ({ zones }: PlannedRun) => JSON.stringify(zones.map(zone => zone.changes));
  if (found.length === 0 && changes(then) !== changes(now))
    found.push(
      'other changes are due by now, since time has passed (guard.deleteAfter, a change that Route 53 refused)',
    );
  return found;
}
