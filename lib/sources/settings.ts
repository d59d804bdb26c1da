import type { Config } from '../config/config.ts';
import type { ClusterName, DnsName } from '../model/index.ts';

/** What the config says about reading objects. */
export interface SourceSettings {
  /** Each ends with `/`; the first that carries a key wins. */
  readonly annotationPrefixes: readonly string[];
  readonly hostnames: { readonly fromServiceName: boolean };
  /** The domain filter, of which `fromServiceName` makes names. */
  readonly domains: readonly DnsName[];
}

/** The cluster whose objects are read, and how to read them. */
export interface SourceContext {
  readonly cluster: ClusterName;
  readonly settings: SourceSettings;
}

export function sourceSettings(config: Config): SourceSettings {
  const { annotationPrefixes, hostnames, zones } = config;
  return { annotationPrefixes, hostnames, domains: zones.domains };
}
