import type { Config } from '../config/config.ts';
import type { ClusterName, DnsName } from '../model/index.ts';
import { type ObjectRules, rulesIn } from './rules.ts';

/** What the config says about reading objects. */
export interface SourceSettings {
  /** Each ends with `/`; the first that carries a key wins. */
  readonly annotationPrefixes: readonly string[];
  readonly hostnames: { readonly fromServiceName: boolean };
  /** The domain filter, of which `fromServiceName` makes names. */
  readonly domains: readonly DnsName[];
  readonly gateway: GatewaySettings;
  /** Absent: {@link NO_RULES}. */
  readonly rules?: ObjectRules;
}

/** Which Gateways count, and what is made of them. */
export interface GatewaySettings {
  /** Only Gateways of this name, of this namespace, that this label selector selects; empty: all. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: string;
  /** Whether ListenerSets are read. */
  readonly listenerSets: boolean;
  /** Whether a route without hostnames publishes the wildcard of a listener. */
  readonly wildcardListeners: boolean;
}

/** Every Gateway counts, as the config has it where it says nothing. */
export const EVERY_GATEWAY: GatewaySettings = {
  name: '',
  namespace: '',
  labels: '',
  listenerSets: true,
  wildcardListeners: true,
};

/** The cluster whose objects are read, and how to read them. */
export interface SourceContext {
  readonly cluster: ClusterName;
  readonly settings: SourceSettings;
}

/** What of the config the sources look at; a forwarder has it in its own settings. */
export type SourceConfig = Pick<
  Config,
  'annotationPrefixes' | 'hostnames' | 'filters' | 'ingress' | 'service' | 'gateway'
> & {
  readonly zones: Pick<Config['zones'], 'domains'>;
  readonly limits: ObjectRules['limits'];
  readonly records: Pick<Config['records'], 'types' | 'targetNets' | 'excludeTargetNets' | 'defaultTargets'>;
};

export function sourceSettings(config: SourceConfig): SourceSettings {
  const { annotationPrefixes, hostnames, zones, gateway } = config;
  const { fromServiceName } = hostnames;
  return {
    annotationPrefixes,
    hostnames: { fromServiceName },
    domains: zones.domains,
    gateway,
    rules: rulesIn(config),
  };
}
