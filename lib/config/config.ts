import type { ManagedType } from '../model/index.ts';
import type { ClaimRule, SharingRule } from '../plan/index.ts';
import type { GatewaySettings, SourceKind } from '../sources/index.ts';

/** One cluster to read: an EKS cluster by name and region, or (in the terminal only) any cluster by kubeconfig. */
export interface ClusterConfig {
  /** Unique; the EKS cluster's name as well, unless `eksName` says another. */
  readonly name: string;
  readonly owner: string;
  readonly eksName?: string;
  /** AWS region of the EKS cluster; absent when `kubeconfig` is given. */
  readonly region?: string;
  /** Role assumed to describe the cluster and to sign its token. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Absolute path. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Nothing that it has is changed. */
  readonly freeze?: true;
  /** Of its share of names that are shared by weight; absent: 1. */
  readonly weight?: number;
}

/** Clusters that one run reconciles together; one run at a time works on a shard. */
export interface ShardConfig {
  readonly name: string;
  readonly clusters: readonly string[];
}

export interface ZonesConfig {
  /** Lower case, no final dot. A leading dot means "only names below". Empty: every zone. */
  readonly domains: readonly string[];
  readonly excludeDomains: readonly string[];
  readonly type: 'public' | 'private' | 'any';
  readonly ids: readonly string[];
  /** RE2; with either of the two the lists of domains do not count. */
  readonly domainRegex?: string;
  readonly excludeDomainRegex?: string;
  /** All must fit; the value `''` asks for the key alone. */
  readonly tags: Readonly<Record<string, string>>;
  readonly matchParent: boolean;
  /** Names and ids of hosted zones in which nothing is changed. */
  readonly freeze: readonly string[];
  readonly roleArn?: string;
  readonly externalId?: string;
}

interface HostnamesConfig {
  readonly fromServiceName: boolean;
  /** Go templates, checked. */
  readonly templates: readonly string[];
  readonly targetTemplates: readonly string[];
  readonly combine: boolean;
  readonly ignoreAnnotation: boolean;
}

interface FiltersConfig {
  readonly namespaces: readonly string[];
  /** Selectors in Kubernetes' syntax, checked. */
  readonly labels: string;
  readonly annotations: string;
}

interface IngressConfig {
  readonly classes: readonly string[];
  readonly ignoreTls: boolean;
  readonly ignoreRules: boolean;
}

interface ServiceConfig {
  readonly types: readonly string[];
  readonly publishInternal: boolean;
  readonly publishHostIp: boolean;
  readonly publishNotReady: boolean;
}

interface RecordsConfig {
  /** Those of `excludeTypes` taken out. */
  readonly types: readonly ManagedType[];
  readonly preferCname: boolean;
  readonly evaluateTargetHealth: boolean;
  /** Seconds. */
  readonly ttl: number;
  /** Whose addresses of one name are put together. */
  readonly merge: 'object' | 'namespace' | 'cluster';
  /** Seconds. */
  readonly minTtl: number;
  /** CIDRs. */
  readonly targetNets: readonly string[];
  readonly excludeTargetNets: readonly string[];
  readonly defaultTargets: readonly string[];
}

interface RegistryConfig {
  readonly type: 'txt' | 'noop';
  /** Lower case; may contain `%{record_type}`. Prefix and suffix exclude each other. */
  readonly prefix: string;
  readonly suffix: string;
  readonly wildcardReplacement: string;
  /** Where the keys of encrypted ownership records are, or `plain`; the first is written with. Empty: none are encrypted. */
  readonly encryptionKeys: readonly string[];
}

type Policy = 'sync' | 'upsert-only' | 'create-only';

export interface StateConfig {
  readonly store:
    | { readonly kind: 'memory' }
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };
  readonly refreshMs: number;
}

interface GuardConfig {
  /** A run may remove at most the larger of `count` and `percent` of the names that a cluster has in a zone. */
  readonly maxDeletes: { readonly count: number; readonly percent: number };
  /** It may give at most so many of them other targets. */
  readonly maxUpdates: { readonly count: number; readonly percent: number };
  readonly deleteAfterMs: number;
}

interface LimitsConfig {
  /** What one object may ask for. */
  readonly hostnamesPerObject: number;
  /** Of one record. */
  readonly targetsPerObject: number;
  /** Record sets, ownership records included, of one namespace of a cluster. */
  readonly recordsPerNamespace: number;
  /** Of reading one cluster. */
  readonly readSeconds: number;
  /** Unzipped. */
  readonly readMiB: number;
}

interface BudgetConfig {
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Absent: found out by being throttled. */
  readonly changesPerSecond?: number;
}

/** What a view may have otherwise than the rest of the file. */
export type Refined = Pick<
  Config,
  'zones' | 'policy' | 'annotationPrefixes' | 'hostnames' | 'filters' | 'ingress' | 'service' | 'gateway' | 'records'
>;

/** A set of hosted zones that is served with settings of its own; what the file says of it laid over what it says of all. */
export interface ViewConfig extends Refined {
  readonly name: string;
  /** Of every cluster's records in these zones; absent: as the clusters have it. */
  readonly owner?: string;
}

/** The checked and completed configuration: every default filled in, paths absolute, names in canonical form, frozen. */
export interface Config {
  readonly clusters: readonly ClusterConfig[];
  /** Every cluster is in exactly one; all in `default` unless the file says otherwise. */
  readonly shards: readonly ShardConfig[];
  /** Where there are views, what they refine: only their zones are used. */
  readonly zones: ZonesConfig;
  /** In the order of the file; words for several are taken apart. */
  readonly sources: readonly SourceKind[];
  readonly gateway: GatewaySettings;
  readonly policy: Policy;
  /** Each ends with `/`; the first that an object carries wins. */
  readonly annotationPrefixes: readonly string[];
  readonly hostnames: HostnamesConfig;
  readonly filters: FiltersConfig;
  readonly ingress: IngressConfig;
  readonly service: ServiceConfig;
  readonly records: RecordsConfig;
  readonly registry: RegistryConfig;
  readonly state: StateConfig;
  readonly guard: GuardConfig;
  readonly limits: LimitsConfig;
  readonly budget: BudgetConfig;
  /** How names that several clusters want are shared; the first rule that has a name counts, none: `first`. */
  readonly sharing: readonly SharingRule[];
  /** Who may publish what; empty: everybody everything. The first rule that fits decides. */
  readonly claims: readonly ClaimRule[];
  /** Sets of hosted zones, each with its own settings; empty: one, which has those of the file. */
  readonly views: readonly ViewConfig[];
  /** Events are written on the objects. */
  readonly kubernetesEvents: boolean;
}
