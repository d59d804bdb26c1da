import type { Resource, Resources } from './rules.ts';
import type { Schedule } from './schedule.ts';

/** What the alarms of a shard are made of. */
export interface Watch {
  /** The dimension `service` of the metrics, with variables of sls. */
  readonly service: string;
  readonly shards: readonly string[];
  /** Absent: paused; nothing is due, so nothing can be missing. */
  readonly schedule: Schedule | null;
  readonly actions: readonly string[];
}

/** Seconds. */
const [QUARTER, HOUR, DAY, WEEK] = [900, 3_600, 86_400, 604_800];

/**
 * Alarms on the runs over a whole shard (functions/reconcile/telemetry.ts), for each shard. A notice's run tells of its
 * names only, and a healthy shard nothing of another, so neither may stand for the rest in a minimum.
 */
export function shardAlarms({ shards, ...watch }: Watch): Resources {
  return Object.fromEntries(shards.flatMap((shard, index) => alarmsOf(shard, index, watch)));
}

function alarmsOf(shard: string, index: number, watch: Omit<Watch, 'shards'>): [string, Resource][] {
  const { schedule } = watch;
  const alarm = (id: string, properties: AlarmProperties): [string, Resource] => [
    index === 0 ? id : `${id}${index + 1}`,
    alarmOf(shard, watch, {
      ...properties,
      AlarmDescription: `${properties.AlarmDescription} docs/runbook.md, ${id}.`,
    }),
  ];
  return [
    alarm('AlarmUnpublished', {
      AlarmDescription: `Shard ${shard}: records have not been published in all runs of at least an hour; the log has the reason of each.`,
      MetricName: 'Unpublished',
      ...lasting(HOUR, schedule),
    }),
    alarm('AlarmClustersUnreachable', {
      AlarmDescription: `Shard ${shard}: a cluster could not be read in all runs of at least half an hour; its records are frozen.`,
      MetricName: 'ClustersUnreachable',
      ...lasting(HOUR / 2, schedule),
    }),
    ...(schedule === null || schedule.seconds * 2 > WEEK ? [] : [alarm('AlarmNoRuns', heartbeat(shard, schedule))]),
  ];
}

type AlarmProperties = Readonly<Record<string, unknown>>;

function alarmOf(shard: string, { service, actions }: Omit<Watch, 'shards'>, properties: AlarmProperties): Resource {
  const Dimensions = [
    { Name: 'service', Value: service },
    { Name: 'shard', Value: shard },
  ];
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { Namespace: 'fairlead', Dimensions, ...properties, AlarmActions: actions, OKActions: actions },
  };
}

/**
 * The smallest number of every period is above nought, for so long. A period spans two runs, so that none is without a
 * number; it is also what CloudWatch allows: a multiple of a minute, a day at most.
 */
function lasting(seconds: number, schedule: Schedule | null): AlarmProperties {
  const Period = Math.min(DAY, Math.max(QUARTER, (schedule?.seconds ?? 0) * 2));
  const EvaluationPeriods = Math.max(2, Math.ceil(seconds / Period));
  return {
    Statistic: 'Minimum',
    ...{ Period, EvaluationPeriods, DatapointsToAlarm: EvaluationPeriods },
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'ignore', // what was wrong at the last run still is
  };
}

/** Two schedules and the time of a run without a whole run: a schedule that is off, a function that does not start. */
function heartbeat(shard: string, { seconds }: Schedule): AlarmProperties {
  const span = Math.max(QUARTER, seconds * 2);
  const EvaluationPeriods = Math.ceil(span / DAY);
  return {
    AlarmDescription: `Shard ${shard}: no run over the whole shard has ended within two schedules; look at the rules, the queue and the log.`,
    MetricName: 'Runs',
    Statistic: 'Sum',
    Period: Math.ceil(span / EvaluationPeriods / 60) * 60,
    ...{ EvaluationPeriods, DatapointsToAlarm: EvaluationPeriods },
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  };
}
