import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** One metric of the namespace `fairlead`. */
interface Metric {
  readonly unit: (typeof MetricUnit)[keyof typeof MetricUnit];
  /**
   * The sets of dimensions under which it is sent, besides `service`. CloudWatch bills each combination of values as a
   * metric of its own, so there are few.
   */
  readonly by: readonly (readonly Dimension[])[];
  /** What it counts, for the page on operations and the dashboard. */
  readonly text: string;
}

type Dimension = 'shard' | 'zone' | 'reason';

const count = (by: Metric['by'], text: string): Metric => ({ unit: MetricUnit.Count, by, text });

/** Every metric that the functions send; nothing else is sent (`meter` takes no other name). */
export const METRICS = {
  Runs: count([[], ['shard']], 'Runs that ended; with `shard` those over the whole of a shard.'),
  Plans: count([[]], 'Runs that were asked for a plan only.'),
  RunsFailed: count([[]], 'Runs that could not be made at all.'),
  Created: count([[]], 'Record sets created.'),
  Updated: count([[]], 'Record sets changed.'),
  Deleted: count([[]], 'Record sets removed.'),
  Route53Calls: count([[]], 'Requests to Route 53, repeated ones included.'),
  Duration: { unit: MetricUnit.Milliseconds, by: [[]], text: 'Time that a run took.' },
  ChangeToPublished: {
    unit: MetricUnit.Milliseconds,
    by: [[]],
    text: 'From the change of an object, as a notice has it, to the end of the run that published it.',
  },
  Desired: count([['shard']], 'Record sets that the objects of the clusters ask for.'),
  Owned: count([['shard'], ['shard', 'zone']], 'Record sets that are ours.'),
  Unpublished: count([['shard'], ['reason']], 'What is asked for and not so in Route 53.'),
  Held: count([['shard']], 'Changes that the guard held.'),
  Frozen: count(
    [['shard']],
    'Records that stay as they are because their cluster or kind could not be read, or a person holds them.',
  ),
  Refused: count([['shard']], 'Changes that Route 53 refused.'),
  Filtered: count([['shard']], 'Names and objects that the config leaves out.'),
  ClustersUnreachable: count([['shard']], 'Clusters that could not be read completely.'),
  ZoneAge: {
    unit: MetricUnit.Seconds,
    by: [['shard']],
    text: 'Since the zone that was longest not read in full was read so; `state.refresh` bounds it.',
  },
  EventsRefused: count([[]], 'Payloads that are no request for a run.'),
  MessagesMalformed: count([[]], 'Messages of the queue that are no request for a run.'),
  MessagesServed: count([[]], 'Messages that an earlier run had done already.'),
  StreamSent: count([[]], 'Events of the change stream that the bus took.'),
  StreamLost: count([[]], 'Events of the change stream that it did not take, or that there was no time for.'),
  NoticesAccepted: count([[]], 'Notices that went on the queue.'),
  NoticesRefused: count([['reason']], 'Notices that were not believed.'),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** Adds a value under `service` alone (no dimensions), or under these dimensions as a line of its own. */
export function meter(
  metrics: Metrics,
  name: MetricName,
  value: number,
  dimensions: Readonly<Partial<Record<Dimension, string>>> = {},
): void {
  const entries = Object.entries(dimensions);
  const target = entries.length === 0 ? metrics : metrics.singleMetric();
  for (const [dimension, of] of entries) target.addDimension(dimension, of);
  target.addMetric(name, METRICS[name].unit, value);
}
