import type { Finding } from './finding.ts';
import type { HistoryLine, RunCause } from './history.ts';
import type { ZoneId } from './names.ts';

/** What stands in every event of the change stream. */
interface Told {
  /** The deployment: `fairlead-prod`. */
  readonly service: string;
  /** One line for people. */
  readonly text: string;
  /** ISO 8601. */
  readonly at: string;
  readonly run: string;
  readonly by: RunCause;
  readonly shard: string;
}

/** A line of the history. */
export interface RecordChanged extends Told, HistoryLine {
  /** `before` and `after` were left out: an event may have 256 KB. */
  readonly cut?: true;
}

/** A finding that leaves something unpublished, when it appears. */
export interface FindingAppeared extends Told, Finding {
  /** ISO 8601: when it was told first. */
  readonly since: string;
  /** It was told before, and still stands a day later. */
  readonly again: boolean;
}

/** An event of the change stream, as EventBridge has it (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html). */
export type StreamEvent = { readonly zone?: ZoneId } & (
  | { readonly type: 'Record changed'; readonly detail: RecordChanged }
  | { readonly type: 'Finding'; readonly detail: FindingAppeared }
);
