import { isMap } from '../is-map.ts';
import type { OwnerId } from '../model/index.ts';
import type { Config } from './config.ts';

/** A view of the config: the whole of it as if it had these zones alone. */
export interface ConfigOfView {
  /** Absent: the config has no views, and is itself the only one. */
  readonly view?: string;
  readonly config: Config;
}

/** The views of a config, at least one. */
export function configsOf(config: Config): readonly ConfigOfView[] {
  if (config.views.length === 0) return [{ config }];
  return config.views.map(({ name, owner, ...refined }) => ({
    view: name,
    config: {
      ...config,
      ...refined,
      ...(owner !== undefined && { clusters: config.clusters.map(cluster => ({ ...cluster, owner })) }),
      views: [],
    },
  }));
}

/** The owner ids under which ownership records are written, in whatever shard or view. */
export const ownerIdsOf = ({ clusters, views }: Config): ReadonlySet<OwnerId> =>
  new Set([...clusters, ...views].flatMap(({ owner }) => owner ?? []));

/**
 * Lays what a view says over what the file says: a list or a value takes the place of the file's; of maps each key does. It
 * is used on the file as written, on the parsed one and on a forwarder's settings, so a value may be of any sort.
 */
export function refinedBy<F extends object>({ name, owner, ...said }: View, file: F): F {
  const base = new Map<string, unknown>(Object.entries(file));
  const refined = Object.entries(said).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, laidOver(key, base.get(key), value)]],
  );
  return { ...file, ...Object.fromEntries(refined) };
}

/** What a view says, by key. */
type View = Readonly<Record<string, unknown>>;

function laidOver(key: string, base: unknown, said: unknown): unknown {
  if (!isMap(base) || !isMap(said)) return said;
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...(key === 'zones' ? zonesUnder(base, said) : base), ...Object.fromEntries(given) };
}

/**
 * What of the file's zones a view has. A domain filter is had as a whole, since regular expressions would silence the lists;
 * and an external id belongs to its role.
 */
function zonesUnder({ domainRegex, excludeDomainRegex, externalId, ...rest }: View, said: View): View {
  const ownLists = said.domains !== undefined || said.excludeDomains !== undefined;
  return {
    ...rest,
    ...(!ownLists && domainRegex !== undefined && { domainRegex }),
    ...(!ownLists && excludeDomainRegex !== undefined && { excludeDomainRegex }),
    ...(said.roleArn === undefined && externalId !== undefined && { externalId }),
  };
}

/** A zone is in one view only: two would each take the other's records for abandoned. What is said where it is in more. */
export function zoneOfSeveral(views: readonly (string | undefined)[]): {
  readonly why: string;
  readonly advice: string;
} {
  return {
    why: `selected by the views ${views.map(view => `"${view}"`).join(' and ')}, so nothing is changed in it`,
    advice:
      'let one of them alone select it: zones.type, zones.ids, zones.domains, zones.excludeDomains or zones.tags of views[]',
  };
}
