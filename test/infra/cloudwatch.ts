/** What CloudWatch makes of the metric lines of a log, and of an alarm on them. */

export interface AlarmProperties {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: 'Sum' | 'Minimum' | 'Maximum';
  /** Seconds. */
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly TreatMissingData: 'breaching' | 'notBreaching' | 'ignore';
}

type Line = Readonly<Record<string, unknown>>;

interface Emf {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}

interface Point {
  readonly at: number;
  readonly value: number;
}

/** The values that lines in the embedded metric format have for a metric: its dimensions must be exactly these. */
function pointsOf(lines: readonly Line[], { Namespace, MetricName, Dimensions }: AlarmProperties): Point[] {
  const wanted = Dimensions.map(({ Name }) => Name)
    .sort()
    .join();
  return lines.flatMap(line => {
    const { Timestamp, CloudWatchMetrics = [] } = (line._aws ?? {}) as Partial<Emf>;
    const fits = CloudWatchMetrics.some(
      metric =>
        metric.Namespace === Namespace &&
        metric.Metrics.some(({ Name }) => Name === MetricName) &&
        metric.Dimensions.some(names => [...names].sort().join() === wanted),
    );
    if (!fits || Dimensions.some(({ Name, Value }) => line[Name] !== Value)) return [];
    return [line[MetricName]].flat().map(value => ({ at: Timestamp ?? 0, value: Number(value) }));
  });
}

/** What a service of AWS would have measured for an alarm: a value each minute from `from` on; undefined: none. */
export function measured(alarm: AlarmProperties, from: number, values: readonly (number | undefined)[]): Line[] {
  const { Namespace, MetricName, Dimensions } = alarm;
  const named = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  const CloudWatchMetrics = [{ Namespace, Dimensions: [Object.keys(named)], Metrics: [{ Name: MetricName }] }];
  return values.flatMap((value, minute) =>
    value === undefined
      ? []
      : [{ _aws: { Timestamp: from + minute * 60_000, CloudWatchMetrics }, ...named, [MetricName]: value }],
  );
}

const STATISTICS = {
  Sum: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0),
  Minimum: (values: readonly number[]) => Math.min(...values),
  Maximum: (values: readonly number[]) => Math.max(...values),
};

/**
 * Whether an alarm rings at `now`, having been looked at after every period since `from`. As in
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data
 */
export function rings(alarm: AlarmProperties, lines: readonly Line[], from: number, now: number): boolean {
  const points = pointsOf(lines, alarm);
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, TreatMissingData } = alarm;
  const breaches: (boolean | undefined)[] = [];
  let ringing = false;
  for (let end = from + alarm.Period * 1000; end <= now; end += alarm.Period * 1000) {
    breaches.push(breachOf(points, alarm, end));
    const last = breaches.slice(-EvaluationPeriods);
    const known = last.map(
      breach => breach ?? (TreatMissingData === 'ignore' ? undefined : TreatMissingData === 'breaching'),
    );
    if (known.includes(undefined)) continue;
    ringing = known.filter(Boolean).length >= DatapointsToAlarm;
  }
  return ringing;
}

function breachOf(points: readonly Point[], alarm: AlarmProperties, end: number): boolean | undefined {
  const values = points.filter(({ at }) => at >= end - alarm.Period * 1000 && at < end).map(({ value }) => value);
  if (values.length === 0) return undefined;
  const figure = STATISTICS[alarm.Statistic](values);
  return alarm.ComparisonOperator === 'GreaterThanThreshold' ? figure > alarm.Threshold : figure < alarm.Threshold;
}
