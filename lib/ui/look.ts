import type { Config } from '../config/config.ts';
import { configsOf } from '../config/index.ts';
import type { RunSummary } from '../history/index.ts';
import type { ZoneId, ZoneResult } from '../model/index.ts';
import {
  listRecords,
  type Ports,
  readHistory,
  recentHistory,
  recentRuns,
  reconcile,
  withZones,
  zonesPortOf,
} from '../reconcile/index.ts';
import { remembering } from '../route53/index.ts';
import { ROWS } from './pages/lists.ts';
import type { Picture, Room } from './picture.ts';
import type { HistorySource } from './server.ts';

/** Zones whose room is asked for, at a request each, and how long the answers serve. */
const ROOMS = 30;
const ROOMS_MS = 10 * 60_000;

/** How far back the pages show what runs did. */
const BACK_MS = 24 * 3_600_000;

export interface Glance {
  /** Zones are read anew, whatever runs have kept of them. */
  readonly anew?: boolean;
  /** What was seen before: of what changes slowly it serves for a while. */
  readonly before?: Picture | undefined;
}

/**
 * Looks at the zones and the clusters, at what a run would do, and at what runs did. Of the zones what runs have kept serves as
 * long as it serves a run. Writes nothing.
 *
 * @throws as reconcile and listRecords
 */
export async function lookAtWorld(
  config: Config,
  given: Ports,
  { anew = false, before }: Glance = {},
): Promise<Picture> {
  // Zones that the plan reads are not listed a second time.
  const ports = withZones(given, ({ route53, budget }) => ({ route53: remembering(route53), budget }));
  const run = { config, ports, ...(anew && { exact: true }) };
  const plan = await reconcile({ mode: 'plan', force: false }, run);
  const records = await listRecords(run, { all: true, withoutOwnership: true, fresh: anew, readable: true });
  const at = ports.clock.now();
  const known = before && !anew && at - before.rooms.at < ROOMS_MS ? before.rooms : undefined;
  const rooms = known ?? { at, of: await roomsOf(plan.zones, config, ports) };
  const runs = await timeline(config, ports, at);
  const owners = new Set(configsOf(config).flatMap(one => one.config.clusters.map(({ owner }) => owner)));
  return { at, plan, records, owners, rooms, runs };
}

async function roomsOf(zones: readonly ZoneResult[], config: Config, ports: Ports): Promise<Map<ZoneId, Room>> {
  const rooms = new Map<ZoneId, Room>();
  for (const { id, view } of zones.slice(0, ROOMS)) {
    // Not every caller may read the quota; then the page says that it is not known.
    const { route53 } = zonesPortOf(view, config, ports);
    const room = await route53.recordSetLimit(id).catch(() => undefined);
    if (room) rooms.set(id, room);
  }
  return rooms;
}

/** What cannot be read of it leaves the other pages as they are. */
async function timeline(config: Config, ports: Ports, now: number): Promise<readonly RunSummary[] | string> {
  if (config.state.store.kind === 'memory')
    return 'state.store is "memory", which keeps nothing that another process could read: name the folder or bucket that runs use';
  try {
    return await recentRuns({ config, ports }, now - BACK_MS);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The changes themselves, read when somebody asks for them. */
export function historySource(config: Config, ports: Ports): HistorySource {
  const run = { config, ports };
  return {
    ofName: name =>
      config.state.store.kind === 'memory'
        ? Promise.resolve([])
        : recentHistory(run, ports.clock.now() - BACK_MS, name, ROWS + 1),
    // Each of its lines is in a file of the hours since.
    ofRun: ({ run: id, first }) => readHistory(run, Date.parse(first), { run: id }),
  };
}
