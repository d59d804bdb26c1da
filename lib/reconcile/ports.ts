import type { Clock } from '../clock.ts';
import type { ClusterConfig, Config } from '../config/config.ts';
import type { KindRead, ZoneId } from '../model/index.ts';
import type { RequestBudget, Route53Port } from '../route53/index.ts';
import type { Reading } from '../sources/index.ts';
import type { StateStore } from '../state/index.ts';
import type { Keeper } from './kept.ts';

/** Who takes what is read of a cluster, and knows what is to be read ({@link Reading}). */
export type Intake = Pick<Reading, 'sources' | 'needs' | 'namespaces' | 'page' | 'unread' | 'restart'>;

/**
 * Reads the sources of an intake from one cluster. Never throws: how the reading of each source ended is in the answer, by
 * its word in the config; one is complete only when its resource and all that it needs were read.
 */
export type ClusterReader = (
  cluster: ClusterConfig,
  intake: Intake,
  signal?: AbortSignal,
) => Promise<Readonly<Record<string, KindRead>>>;

/** The world, as far as a run needs it. */
export interface Ports {
  readonly route53: Route53Port;
  /** Shared by all runs of a process, so that a warm Lambda keeps to it as well. */
  readonly budget: RequestBudget;
  readonly readCluster: ClusterReader;
  readonly store: StateStore;
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

export interface Run {
  readonly config: Config;
  readonly ports: Ports;
  /** Epoch milliseconds: nothing more is begun after it, what is left is for the next run. */
  readonly deadlineMs?: number;
  readonly onProgress?: (progress: Progress) => void;
}

/** A run at work, with its view of what is kept. */
export interface OpenRun extends Run {
  readonly kept: Keeper;
}
