import { resolve } from 'node:path';
import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import { type CloudFormationValue, OWN_BUCKET, roleStatements, type Statement, sub } from './iam.ts';
import { type Resource, scheduleRules } from './schedule.ts';
import { InvalidSetting, readSettings, type Settings } from './settings.ts';

/** What serverless.yml takes from here, as `${self:custom.deployment.…}`. */
export interface Deployment extends Omit<Settings, 'concurrency' | 'alarmTopic' | 'subnets' | 'securityGroups'> {
  /** Absolute path of the fairlead.yml to deploy. */
  readonly config: string;
  /** Seconds; a minute more than a run may take. */
  readonly visibilityTimeout: number;
  readonly concurrency: number | null;
  readonly traceEnabled: 'true' | 'false';
  readonly alarmActions: readonly string[];
  readonly vpc: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] } | null;
  readonly statements: readonly Statement[];
  readonly schedules: Readonly<Record<string, Resource>>;
  /** ARNs of the schedule's rules. */
  readonly scheduleArns: readonly CloudFormationValue[];
}

/**
 * Makes the deployment of its parameters and of the fairlead.yml they name. `folder` is the one serverless.yml is in,
 * `region` the one deployed to. Throws InvalidSetting, or what loading the config throws.
 */
export function makeDeployment(params: Readonly<Record<string, unknown>>, folder: string, region: string): Deployment {
  const { config: path, alarmTopic, subnets, securityGroups, concurrency, ...settings } = readSettings(params);
  const file = resolve(folder, path);
  const config = configForLambda(file, region);
  const tracing = settings.tracing === 'Active';
  const shards = config.shards.map(({ name }) => name);
  const schedules = scheduleRules(settings.schedule, shards);
  const vpc = subnets && securityGroups && { subnetIds: subnets, securityGroupIds: securityGroups };
  return {
    ...settings,
    config: file,
    concurrency: concurrency === 'auto' ? shards.length + 1 : concurrency,
    visibilityTimeout: settings.timeout + 60,
    traceEnabled: tracing ? 'true' : 'false',
    alarmActions: alarmTopic === null ? [] : [alarmTopic],
    vpc,
    statements: roleStatements(config, { ...RESOURCES, tracing, vpc: vpc !== null }),
    schedules,
    scheduleArns: Object.keys(schedules).map(arnOf),
  };
}

/** The config as the Lambda will load it. */
function configForLambda(path: string, AWS_REGION: string): Config {
  const env = { AWS_REGION, AWS_LAMBDA_FUNCTION_NAME: 'fairlead', FAIRLEAD_STATE_BUCKET: OWN_BUCKET };
  const config = loadConfig(path, env);
  if (config.state.store.kind !== 'folder') return config;
  throw new InvalidSetting(
    `${path}: state.store is a folder, which no Lambda keeps; leave it out, or give s3://bucket/prefix`,
  );
}

const arnOf = (resource: string): CloudFormationValue => ({ 'Fn::GetAtt': [resource, 'Arn'] });

const RESOURCES = {
  // The ARN that CloudFormation gives for a log group ends with `:*` already, which the name does not.
  logGroup: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${ReconcileLogGroup}`),
  queue: arnOf('Queue'),
  undelivered: arnOf('Undelivered'),
  stateBucket: arnOf('StateBucket'),
} as const;
