import type { Config } from '../config/config.ts';
import { configsOf } from '../config/index.ts';
import type { ZoneId } from '../model/index.ts';
import { listRecords, type Ports, reconcile, withZones, zonesPortOf } from '../reconcile/index.ts';
import { remembering } from '../route53/index.ts';
import type { Picture, Room } from './picture.ts';

/** Zones whose room is asked for, at a request each. */
const ROOMS = 30;

/**
 * Looks at the zones and the clusters, and at what a run would do. Writes nothing.
 *
 * @throws as reconcile and listRecords
 */
export async function lookAtWorld(config: Config, given: Ports): Promise<Picture> {
  // Zones that the plan reads are not listed a second time.
  const ports = withZones(given, ({ route53, budget }) => ({ route53: remembering(route53), budget }));
  const plan = await reconcile({ mode: 'plan', force: false }, { config, ports });
  const records = await listRecords({ config, ports }, { all: true, withoutOwnership: true });
  const rooms = new Map<ZoneId, Room>();
  for (const { id, view } of plan.zones.slice(0, ROOMS)) {
    // Not every caller may read the quota; then the page says that it is not known.
    const room = await zonesPortOf(view, config, ports)
      .route53.recordSetLimit(id)
      .catch(() => undefined);
    if (room) rooms.set(id, room);
  }
  return {
    at: ports.clock.now(),
    plan,
    records,
    owners: new Set(configsOf(config).flatMap(one => one.config.clusters.map(({ owner }) => owner))),
    rooms,
  };
}
