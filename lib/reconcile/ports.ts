import type { Clock } from '../clock.ts';
import type { EventWriter } from '../cluster/index.ts';
import type { ClusterConfig, Config, ZonesConfig } from '../config/config.ts';
import type { DnsName, KindRead, News, OwnerId, RunCause, ZoneId } from '../model/index.ts';
import type { Keyring, NamingSettings } from '../registry/index.ts';
import type { RequestBudget, Route53Port } from '../route53/index.ts';
import type { Reading, SourceKind } from '../sources/index.ts';
import type { StateStore } from '../state/index.ts';
import type { Cache } from './cache.ts';
import type { Readings } from './clusters.ts';
import type { AppliedChange } from './history.ts';
import type { PlannedRun } from './planned.ts';

/**
 * Reads the sources from one cluster: page by page what each needs, then what asks. Never throws: how the reading of each
 * source ended is in the answer, by its word in the config; one is complete only when its resource and all that it needs
 * were read. `page` gets raw objects as the API server sends them; `restart` says that what came of a resource so far is
 * void; `reading` tells what a source needs beside the resource that asks, is asked again until all of it was read, and told what
 * could not be; it knows the namespaces that are to be listed, too.
 */
export type ClusterReader = (
  cluster: ClusterConfig,
  sources: readonly SourceKind[],
  page: Reading['page'],
  restart: Reading['restart'],
  signal: AbortSignal | undefined,
  reading: Pick<Reading, 'needs' | 'namespaces' | 'unread'>,
) => Promise<Readonly<Record<string, KindRead>>>;

/** Route 53 as one role reaches it. */
export interface ZonesPort {
  readonly route53: Route53Port;
  /** Of the role's account; shared by all runs of a process, so that a warm Lambda keeps to it as well. */
  readonly budget: RequestBudget;
}

/** The world, as far as a run needs it. */
export interface Ports extends ZonesPort {
  /** Of a view, in the role that its zones name; absent: there is one for all. */
  readonly zonesOf?: (zones: Pick<ZonesConfig, 'roleArn' | 'externalId'>) => ZonesPort;
  readonly readCluster: ClusterReader;
  /** Absent: nothing is written on the objects. */
  readonly writeEvents?: EventWriter;
  readonly store: StateStore;
  /** The keys of `registry.encryptionKey`; undefined where it names none. @throws UnusableKey */
  readonly keys?: () => Promise<Keyring | undefined>;
  readonly aliasZoneOf: (target: string) => ZoneId | undefined;
  readonly clock: Clock;
  /** Names this run in leases, e.g. the Lambda's request id. */
  readonly holder: string;
}

/** What a run is doing, for a progress line. */
export type Progress =
  | { readonly stage: 'zones'; readonly done: number; readonly of: number }
  | { readonly stage: 'clusters'; readonly done: number; readonly of: number }
  | { readonly stage: 'changes'; readonly done: number; readonly of: number };

/**
 * Keeps a run that another has overtaken from sending changes. What may be on its way all the same when it is overtaken
 * are removals: they are announced before, so that the overtaking run can make them fail ({@link Run.touch}).
 */
export interface Fence {
  /** True when the run still has its shard, and these removals are announced. False: nothing of it may be sent. */
  ensure(removals: readonly { readonly zone: ZoneId; readonly name: DnsName }[]): Promise<boolean>;
}

/** How a name of a zone is announced, and found in {@link Run.touch}. */
export const announced = (zone: ZoneId, name: DnsName) => `${zone} ${name}`;

export interface Run {
  readonly config: Config;
  readonly ports: Ports;
  /** The shard whose clusters the config has, as far as this run goes. Default: `default`. */
  readonly shard?: string;
  /** The owner ids of all shards and views; absent: the config has them all. */
  readonly owners?: ReadonlySet<OwnerId>;
  /** The view that the config is narrowed to; absent: the config has none. */
  readonly view?: string;
  /** Absent where no lease could be had: swaps alone keep such runs from harm. */
  readonly fence?: Fence;
  /**
   * Names (see {@link announced}) that a run which was overtaken may be about to remove still. Where they are wanted, their
   * ownership records must be written anew: the removal, which names the old ones, then fails.
   */
  readonly touch?: ReadonlySet<string>;
  /** Told of those names of `touch` that the run was about. */
  readonly onLooked?: (names: ReadonlySet<string>) => void;
  /** Epoch milliseconds: nothing more is begun after it, what is left is for the next run. */
  readonly deadlineMs?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Told of what was planned before any of it is done. What it throws ends the run before. */
  readonly onPlanned?: (planned: PlannedRun) => void;
  /** Clusters that are in it are taken as they are; those that are read are put into it. */
  readonly readings?: Readings;
  /**
   * The zones are read anew whatever is kept of them, and what is planned then is done as planned, or left: where Route 53
   * says that a name has changed meanwhile, it is not planned again.
   */
  readonly exact?: boolean;
  /** Where no cluster was read for so long, what was read is published while the others are waited for. */
  readonly patienceMs?: number;
  /** Who asked for the run; absent: a person. For the history and the news alone. */
  readonly by?: RunCause;
  /** Likewise, epoch milliseconds: when the earliest of the changes was seen that notices tell of. */
  readonly noticedAt?: number;
  /** Told of what was changed, when it is done; of the moves of ownership, too. */
  readonly onApplied?: (changes: readonly AppliedChange[]) => void;
  /** Told of what a run over a shard has changed and found, also of one that failed. What was told lately is left out. */
  readonly onNews?: (news: News) => void;
}

/** A run at work on one view, with its cache of what runs keep. */
export interface OpenRun extends Run {
  /** The configs of all views of the run: of these, `config` is the one at `at`. */
  readonly views: readonly Config[];
  readonly at: number;
  /** Whether the tags of hosted zones are read: a view that is served in the same role asks for them. */
  readonly tagged: boolean;
  readonly cache: Cache;
  readonly shard: string;
  readonly owners: ReadonlySet<OwnerId>;
  /** `registry` of the config, with its keys. */
  readonly naming: NamingSettings;
  /** The readings of this run's clusters, begun or done: what comes late is taken up by a second pass. */
  readonly readings: Readings;
}

export const DEFAULT_SHARD = 'default';
