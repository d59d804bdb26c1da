import { METRICS, type MetricName } from '../functions/metrics.ts';
import type { Resource } from './rules.ts';

/** What the dashboard is made of. */
export interface Shown {
  /** The dimension `service` of the metrics, with variables of sls. */
  readonly service: string;
  readonly shards: readonly string[];
}

/** A graph: metrics of the functions, of all runs or of each shard. */
interface Graph {
  readonly title: string;
  readonly metrics: readonly MetricName[];
  readonly stat: 'Sum' | 'Maximum' | 'Average' | 'p95';
  readonly of: 'service' | 'shards';
}

/** From "is anything wrong" at the top to "what does it cost" at the bottom. */
const GRAPHS: readonly Graph[] = [
  { title: 'Not published', metrics: ['Unpublished'], stat: 'Maximum', of: 'shards' },
  { title: 'Held, frozen, refused', metrics: ['Held', 'Frozen', 'Refused'], stat: 'Maximum', of: 'shards' },
  { title: 'Clusters not read', metrics: ['ClustersUnreachable'], stat: 'Maximum', of: 'shards' },
  { title: 'Record sets: asked for, ours', metrics: ['Desired', 'Owned'], stat: 'Maximum', of: 'shards' },
  { title: 'Changes', metrics: ['Created', 'Updated', 'Deleted'], stat: 'Sum', of: 'service' },
  { title: 'From change to published, ms', metrics: ['ChangeToPublished'], stat: 'p95', of: 'service' },
  { title: 'Runs', metrics: ['Runs', 'RunsFailed'], stat: 'Sum', of: 'service' },
  { title: 'Time of a run, ms', metrics: ['Duration'], stat: 'p95', of: 'service' },
  { title: 'Requests to Route 53', metrics: ['Route53Calls'], stat: 'Sum', of: 'service' },
  { title: 'Oldest full read of a zone, s', metrics: ['ZoneAge'], stat: 'Maximum', of: 'shards' },
  { title: 'Notices', metrics: ['NoticesAccepted', 'MessagesServed'], stat: 'Sum', of: 'service' },
];

const COLUMNS = 3;
/** Of the grid of CloudWatch, which is 24 units wide. */
const [WIDTH, HEIGHT] = [24 / COLUMNS, 6];
const PERIOD = 300;
/** For Fn::Sub. */
const REGION = `\${AWS::Region}`;

/** A dashboard has at most 2,500 metrics: 12 of each shard. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const MOST_SHARDS = 100;

/** The CloudWatch dashboard of a stack: one page for "is it well?", each graph of METRICS. */
export function dashboard({ service, shards }: Shown): Resource {
  const shown = shards.slice(0, MOST_SHARDS);
  const widgets = GRAPHS.map((graph, i) => ({
    type: 'metric',
    x: (i % COLUMNS) * WIDTH,
    y: Math.floor(i / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title: graph.title,
      region: REGION,
      view: 'timeSeries',
      stat: graph.stat,
      period: PERIOD,
      yAxis: { left: { min: 0 } },
      metrics: graph.metrics.flatMap(name => seriesOf(name, graph, service, shown)),
    },
  }));
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: service,
      DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
    },
  };
}

function seriesOf(name: MetricName, { of }: Graph, service: string, shards: readonly string[]): unknown[] {
  if (of === 'service') return [['fairlead', name, 'service', service]];
  const label = (shard: string) => (shards.length === 1 ? name : `${name} ${shard}`);
  return shards.map(shard => ['fairlead', name, 'service', service, 'shard', shard, { label: label(shard) }]);
}

/** The metrics that are drawn, for the test that none is drawn under dimensions that it is not sent with. */
export const DRAWN = GRAPHS.flatMap(({ metrics, of }) => metrics.map(name => ({ name, of, by: METRICS[name].by })));
