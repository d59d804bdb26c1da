import { resolve } from 'node:path';
import { accountOf, parseArn } from '../lib/aws/arn.ts';
import type { Config } from '../lib/config/config.ts';
import { configsOf, loadConfig } from '../lib/config/index.ts';
import { shardAlarms } from './alarms.ts';
import { type Audit, auditOf } from './audit.ts';
import { dashboard } from './dashboard.ts';
import { type CloudFormationValue, OWN_BUCKET, roleStatements, type Statement, sub } from './iam.ts';
import { busPolicy, driftRules, type Resources, scheduleRules } from './rules.ts';
import { InvalidSetting, readSettings, type Settings } from './settings.ts';
import { type Webhook, webhookOf } from './webhook.ts';

/** What serverless.yml takes from here, as `${self:custom.deployment.…}`. */
export interface Deployment extends Pick<Settings, 'timeout' | 'memory' | 'logRetention' | 'logLevel' | 'tracing'> {
  /** Absolute path of the fairlead.yml to deploy. */
  readonly config: string;
  /** Whether the schedule is off. */
  readonly paused: boolean;
  /** The shard of each cluster, for the functions that take notices. */
  readonly shards: Readonly<Record<string, string>>;
  /** Seconds; a minute more than a run may take. */
  readonly visibilityTimeout: number;
  readonly concurrency: number | null;
  readonly traceEnabled: 'true' | 'false';
  readonly alarmActions: readonly string[];
  /** ARN of the bus that the change stream goes to. */
  readonly eventBus: CloudFormationValue | null;
  /** The part of the stack that goes with it, or an empty one. */
  readonly streamPart: string;
  /** Seconds that a message may wait in the queue before somebody is told. */
  readonly messageAge: number;
  /** The alarms on the runs of each shard. */
  readonly alarms: Resources;
  readonly dashboard: Resources;
  readonly vpc: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] } | null;
  readonly statements: readonly Statement[];
  /** What puts events on the queue: the schedule, and the rules on changes that others made. */
  readonly rules: Resources;
  readonly ruleArns: readonly CloudFormationValue[];
  readonly webhook: Webhook;
  readonly audit: Audit;
}

/**
 * Makes the deployment of its parameters and of the fairlead.yml they name. `folder` is the one serverless.yml is in,
 * `region` the one deployed to. Throws InvalidSetting, or what loading the config throws.
 */
export function makeDeployment(params: Readonly<Record<string, unknown>>, folder: string, region: string): Deployment {
  const settings = readSettings(params);
  const { timeout, memory, logRetention, logLevel, tracing, alarmTopic, subnets, securityGroups } = settings;
  const file = resolve(folder, settings.config);
  const config = configForLambda(file, region);
  checkStateKey(settings, config);
  const eventBus = busOf(settings, region);
  const traced = tracing === 'Active';
  const shards = config.shards.map(({ name }) => name);
  const { schedule } = settings;
  const rules = { ...scheduleRules(schedule, shards), ...driftOf(settings, config) };
  const vpc = subnets && securityGroups && { subnetIds: subnets, securityGroupIds: securityGroups };
  const alarmActions = alarmTopic === null ? [] : [alarmTopic];
  return {
    ...{ timeout, memory, logRetention, logLevel, tracing },
    config: file,
    paused: schedule === null,
    shards: Object.fromEntries(config.shards.flatMap(({ name, clusters }) => clusters.map(one => [one, name]))),
    concurrency: settings.concurrency === 'auto' ? shards.length + 1 : settings.concurrency,
    visibilityTimeout: timeout + 60,
    traceEnabled: traced ? 'true' : 'false',
    // Two runs that fail at the last moment, each after the one before gave its messages back.
    messageAge: 2 * (timeout + 60) + 600,
    ...{ alarmActions, eventBus },
    streamPart: eventBus === null ? 'infra/none.yml' : 'infra/stream.yml',
    alarms: shardAlarms({ service: SERVICE, shards, schedule, actions: alarmActions }),
    dashboard: { Dashboard: dashboard({ service: SERVICE, shards }) },
    vpc,
    statements: roleStatements(config, {
      ...RESOURCES,
      tracing: traced,
      vpc: vpc !== null,
      ...{ stateKey: settings.stateKey, eventBus },
    }),
    rules,
    ruleArns: Object.entries(rules).flatMap(([id, { Type }]) => (Type === 'AWS::Events::Rule' ? [arnOf(id)] : [])),
    webhook: webhookOf(settings),
    audit: auditOf(settings.auditClusters, config, region),
  };
}

/** Where zones are in other accounts, CloudTrail of these has to tell, over the event bus of this one. */
function driftOf({ drift }: Settings, config: Config): Resources {
  if (drift === 'none') return {};
  const zones = configsOf(config).map(view => view.config.zones);
  const roles = [...new Set(zones.flatMap(({ roleArn = [] }) => roleArn))];
  const rules = driftRules(
    [arnOf('ReconcileRole'), ...roles],
    zones.some(({ ids }) => ids.length === 0) ? [] : [...new Set(zones.flatMap(({ ids }) => ids))],
    config.shards.map(({ name }) => name),
  );
  const accounts = [...new Set(roles.map(accountOf))];
  const policies = accounts.map((account, i) => [`DriftBusPolicy${i === 0 ? '' : i + 1}`, busPolicy(account, i)]);
  return { ...rules, ...Object.fromEntries(policies) };
}

/** The config as the Lambda will load it. */
export function configForLambda(path: string, AWS_REGION: string): Config {
  const env = { AWS_REGION, AWS_LAMBDA_FUNCTION_NAME: 'fairlead', FAIRLEAD_STATE_BUCKET: OWN_BUCKET };
  const config = loadConfig(path, env);
  if (config.state.store.kind !== 'folder') return config;
  throw new InvalidSetting(
    `${path}: state.store is a folder, which no Lambda keeps; leave it out, or give s3://bucket/prefix`,
  );
}

function checkStateKey({ stateKey }: Settings, { state: { store } }: Config): void {
  if (stateKey === null || (store.kind === 's3' && store.bucket !== OWN_BUCKET)) return;
  throw new InvalidSetting(
    "params.stateKey: is the KMS key of a bucket of your own, and state.store names none; the stack's bucket needs no key",
  );
}

/** A call of PutEvents reaches buses of its region, of whatever account. */
function busOf({ eventBus }: Settings, region: string): CloudFormationValue | null {
  if (eventBus === null) return null;
  const of = parseArn(eventBus)?.region;
  if (of === undefined)
    return sub(`arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${eventBus}`);
  if (of === region) return eventBus;
  throw new InvalidSetting(
    `params.eventBus: is in ${of}, and fairlead in ${region}: name a bus of ${region}, and pass events on from there by a rule`,
  );
}

const arnOf = (resource: string): CloudFormationValue => ({ 'Fn::GetAtt': [resource, 'Arn'] });

/** As POWERTOOLS_SERVICE_NAME in serverless.yml. */
const SERVICE = `\${self:service}-\${sls:stage}`;

const RESOURCES = {
  // The ARN that CloudFormation gives for a log group ends with `:*` already, which the name does not.
  logGroup: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${ReconcileLogGroup}`),
  queue: arnOf('Queue'),
  undelivered: arnOf('Undelivered'),
  stateBucket: arnOf('StateBucket'),
} as const;
