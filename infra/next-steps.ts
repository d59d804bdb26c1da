import { accountOf, parseArn } from '../lib/aws/arn.ts';
import type { ClusterConfig, Config } from '../lib/config/config.ts';
import { configsOf } from '../lib/config/index.ts';
import { groupBy } from '../lib/group.ts';
import { SOURCE_DEFAULT } from '../lib/sources/index.ts';
import { chartValues } from './chart-values.ts';
import { clusterRole, rolesFor } from './cluster-role.ts';
import { OWN_BUCKET, writtenTypes } from './iam.ts';
import { recordNames } from './record-names.ts';

/** What is known once the stack is there. */
export interface Deployed {
  readonly config: Config;
  readonly stage: string;
  readonly region: string;
  /** No schedule: the first deployment, or a pause. */
  readonly paused: boolean;
  /** Of the stack, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Step {
  readonly title: string;
  /** To be run as they are, but for what stands in `<…>`. */
  readonly commands: readonly string[];
}

/** The commands that come after `sls deploy`, filled in with what it made. */
export function nextSteps(deployed: Deployed): readonly Step[] {
  const { config, paused, outputs } = deployed;
  const role = outputs.ReconcileRoleArn ?? '<ReconcileRoleArn>';
  return [
    ...zonesSteps(config, role, deployed.region),
    ...readerSteps(config, role),
    {
      title: 'Let it into each cluster, once',
      commands: config.clusters.flatMap(cluster => access(cluster, role, config)),
    },
    {
      title: 'Look before it writes; then run it by hand once',
      commands: ['{"mode":"plan"}', '{}'].map(
        payload => `npx sls invoke -f reconcile ${place(deployed)} -d '${payload}'`,
      ),
    },
    ...(paused ? [{ title: 'Start the schedule', commands: [`npx sls deploy ${place(deployed)}`] }] : []),
    ...forwarderStep(config, outputs),
    ...terminalStep(deployed),
  ];
}

const place = ({ stage, region }: Deployed) => `--stage ${stage} --region ${region}`;

const deploy = (stack: string, template: string, region: string, parameters: readonly string[], named = false) =>
  [
    `aws cloudformation deploy --region ${region} --stack-name ${stack} --template-file infra/${template}.yml`,
    ...(template === 'eks-access' ? [] : [`--capabilities ${named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'}`]),
    `--parameter-overrides ${parameters.join(' ')}`,
  ].join(' ');

/** Stack names take letters, digits and hyphens. */
const stackName = (what: string, name: string) => `fairlead-${what}-${name.replace(/[^A-Za-z0-9-]/g, '-')}`;

/** IAM has no regions; a stack has one, and this one is of the right partition. */
function zonesSteps(config: Config, role: string, region: string): Step[] {
  const views = configsOf(config).map(view => view.config);
  const roles = groupBy(
    views.filter(({ zones }) => zones.roleArn !== undefined),
    ({ zones }) => zones.roleArn ?? '',
  );
  return [...roles].map(([roleArn, served]) => {
    const stack = roles.size === 1 ? 'fairlead-zones' : stackName('zones', `${accountOf(roleArn)}-${nameOf(roleArn)}`);
    const title = `In account ${accountOf(roleArn)}, which holds the zones: the role that changes them`;
    const parameters = [`TrustedRoleArn=${role}`, ...roleParameters(roleArn), ...zoneParameters(roleArn, served)];
    return { title, commands: [deploy(stack, 'zones-role', region, parameters, true)] };
  });
}

/** What a role may change for the views that it serves. */
function zoneParameters(roleArn: string, views: readonly Config[]): string[] {
  const allowed = views.map(view => recordNames(view).allowed);
  const names = allowed.some(some => some === undefined) ? [] : [...new Set(allowed.flatMap((some = []) => some))];
  const types = [...new Set(views.flatMap(writtenTypes))];
  const ids = views.map(({ zones }) => zones.ids);
  const zones = ids.some(({ length }) => length === 0) ? [] : [...new Set(ids.flat())];
  const partition = parseArn(roleArn)?.partition;
  const [externalId] = views.flatMap(view => view.zones.externalId ?? []);
  return [
    ...(names.length > 0 ? [`'RecordNames=${names.join(',')}'`] : []),
    `RecordTypes=${types.join(',')}`,
    ...(zones.length > 0
      ? [`HostedZones=${zones.map(id => `arn:${partition}:route53:::hostedzone/${id}`).join(',')}`]
      : []),
    ...(externalId === undefined ? [] : [`ExternalId=${externalId}`]),
  ];
}

/** One for each role that is named, whose account has the clusters. */
function readerSteps({ clusters }: Config, role: string): Step[] {
  const byRole = new Map(
    clusters.flatMap(cluster => (cluster.roleArn === undefined ? [] : [[cluster.roleArn, cluster]])),
  );
  return [...byRole].map(([roleArn, { region = '', externalId }]) => {
    const parameters = [
      `TrustedRoleArn=${role}`,
      ...roleParameters(roleArn),
      ...(externalId === undefined ? [] : [`ExternalId=${externalId}`]),
    ];
    return {
      title: `In account ${accountOf(roleArn)}: the role that reads its clusters`,
      commands: [deploy(stackName('reader', nameOf(roleArn)), 'reader-role', region, parameters, true)],
    };
  });
}

function access({ name, eksName = name, region = '', roleArn }: ClusterConfig, role: string, config: Config): string[] {
  const parameters = [`ClusterName=${eksName}`, `RoleArn=${roleArn ?? role}`];
  return [
    deploy(stackName('access', name), 'eks-access', region, parameters),
    rolesFor(config) === clusterRole(SOURCE_DEFAULT)
      ? `kubectl --context <${name}> apply -f infra/cluster-role.yaml`
      : `npm run -s cluster-role -- fairlead.yml | kubectl --context <${name}> apply -f -`,
  ];
}

function forwarderStep(config: Config, { WebhookUrl, WebhookFunctionArn }: Deployed['outputs']): Step[] {
  if (WebhookFunctionArn === undefined) return [];
  const values = Object.entries(chartValues(config)).map(
    ([key, value]) => ` --set-json ${quoted(`${key}=${JSON.stringify(value)}`)}`,
  );
  const commands = config.clusters.flatMap(({ name, eksName = name, region = '' }) => [
    deploy(stackName('forwarder', name), 'forwarder-access', region, [
      `ClusterName=${eksName}`,
      `WebhookFunctionArn=${WebhookFunctionArn}`,
    ]),
    `helm install fairlead forwarder/chart --kube-context <${name}> --namespace fairlead --create-namespace --set cluster=${name},webhook.url=${WebhookUrl ?? '<WebhookUrl>'},image.repository=<REPOSITORY>${values.join('')}`,
  ]);
  return [{ title: 'Seconds, not minutes: the forwarder in each cluster', commands }];
}

/** With the state and the stream of the stack, whoever sees what runs do sees what a person does from a terminal. */
function terminalStep({ config, stage, outputs: { StateBucketName, EventBusArn } }: Deployed): Step[] {
  if (EventBusArn === undefined) return [];
  const own = config.state.store.kind === 's3' && config.state.store.bucket === OWN_BUCKET;
  const commands = [
    ...(own && StateBucketName !== undefined ? [`export FAIRLEAD_STATE_BUCKET=${StateBucketName}`] : []),
    `export FAIRLEAD_EVENT_BUS=${EventBusArn} FAIRLEAD_SERVICE=fairlead-${stage}`,
  ];
  return [{ title: 'In a terminal that changes something: the same state, and the same change stream', commands }];
}

function roleParameters(arn: string): string[] {
  const path = arn.split('/').slice(1, -1).join('/');
  return [`RoleName=${nameOf(arn)}`, ...(path === '' ? [] : [`RolePath=/${path}/`])];
}

/** For a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const nameOf = (arn: string) => arn.split('/').at(-1) ?? '';
