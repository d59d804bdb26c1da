import type { OwnerId } from '../model/index.ts';
import type { Config } from './config.ts';
import { over } from './over.ts';
import type { FileConfig } from './schema.ts';

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

type FileView = FileConfig['views'][number];

/** Lays what a view says over what the file says. A list or a value takes the place of the file's; of maps each key does. */
export function refinedBy(said: FileView, file: FileConfig): FileConfig {
  return {
    ...file,
    zones: over(zonesUnder(file.zones, said.zones), said.zones),
    policy: said.policy ?? file.policy,
    annotationPrefixes: said.annotationPrefixes ?? file.annotationPrefixes,
    hostnames: over(file.hostnames, said.hostnames),
    filters: over(file.filters, said.filters),
    ingress: over(file.ingress, said.ingress),
    service: over(file.service, said.service),
    gateway: over(file.gateway, said.gateway),
    records: over(file.records, said.records),
  };
}

/**
 * What of the file's zones a view has. A domain filter is had as a whole, since regular expressions would silence the lists;
 * and an external id belongs to its role.
 */
function zonesUnder(zones: FileConfig['zones'], said: FileView['zones'] = {}): FileConfig['zones'] {
  const { domainRegex, excludeDomainRegex, externalId, ...rest } = zones;
  const ownLists = said.domains !== undefined || said.excludeDomains !== undefined;
  return {
    ...rest,
    ...(!ownLists && domainRegex !== undefined && { domainRegex }),
    ...(!ownLists && excludeDomainRegex !== undefined && { excludeDomainRegex }),
    ...(said.roleArn === undefined && externalId !== undefined && { externalId }),
  };
}
