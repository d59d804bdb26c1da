import type { Config } from '../config/config.ts';
import { ownerIdsOf } from '../config/index.ts';
import type { ZoneState } from '../model/index.ts';
import { byClusters, type Configured, type LeftNames, leftNames } from '../registry/index.ts';
import type { ZoneCopy } from '../state/index.ts';
import { type Look, lookAtAllKept } from './look.ts';
import type { OpenRun, Run } from './ports.ts';
import { openCopy, withFleet } from './zone-copy.ts';

export const configuredIn = (config: Config): Configured => ({
  owners: ownerIdsOf(config),
  clusters: new Set(config.clusters.map(({ name }) => name)),
});

/** What clusters left behind when they were taken out of the config, as far as is kept: Route 53 is not asked. */
export const leftByClusters = async (run: Run): Promise<LeftNames[]> => leftIn(await lookAtAllKept(run), run.config);

/** The same, of what was looked at. */
export function leftIn(look: Pick<Look, 'shards'> | undefined, config: Config): LeftNames[] {
  const configured = configuredIn(config);
  const all = (look?.shards ?? []).flatMap(({ input: { zones, settings } }) =>
    zones.flatMap(state => leftNames(state, settings.naming, configured)),
  );
  return byClusters(all);
}

/** What the shards remember together of the clusters that a zone's owner ids had. */
export function fleetOfShards(
  state: ZoneState,
  copy: ZoneCopy | undefined,
  { config, naming }: OpenRun,
): Pick<ZoneState, 'fleet' | 'left'> {
  if (!copy) return {};
  const each = config.shards.map(({ name, clusters }) => {
    const own = config.clusters.filter(cluster => clusters.includes(cluster.name));
    return withFleet({ ...openCopy(copy, name), records: state.records }, own, naming);
  });
  return {
    fleet: new Map(each.flatMap(({ fleet = [] }) => [...fleet])),
    left: new Map(each.flatMap(({ left = [] }) => [...left])),
  };
}
