import type { Config } from '../lib/config/config.ts';
import { configsOf } from '../lib/config/index.ts';
import { recordNames } from './record-names.ts';
import { secretStatements } from './secrets.ts';

/** A CloudFormation value: a string, or an intrinsic function like `{ "Fn::GetAtt": […] }`. */
export type CloudFormationValue = string | Readonly<Record<string, unknown>>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: CloudFormationValue | readonly CloudFormationValue[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, CloudFormationValue | readonly string[]>>>>;
}

/** What of the deployment, besides fairlead.yml, decides about rights. */
export interface Grants {
  readonly logGroup: CloudFormationValue;
  readonly queue: CloudFormationValue;
  readonly undelivered: CloudFormationValue;
  readonly stateBucket: CloudFormationValue;
  /** ARN of the KMS key with which S3 encrypts a bucket that is not the stack's. */
  readonly stateKey?: string | null;
  readonly tracing: boolean;
  readonly vpc: boolean;
  /** ARN of the bus that the change stream goes to. */
  readonly eventBus?: CloudFormationValue | null;
}

/** The least rights with which the reconcile Lambda does what this configuration asks for. */
export function roleStatements(config: Config, grants: Grants): readonly Statement[] {
  return [
    ...route53Statements(config),
    ...clusterStatements(config),
    ...roleArnStatements(config),
    ...stateStatements(config, grants.stateBucket),
    ...(grants.stateKey ? [keyStatement(grants.stateKey)] : []),
    ...config.registry.encryptionKeys.flatMap((place, i) =>
      secretStatements(place, `RegistryKey${i === 0 ? '' : i + 1}`),
    ),
    ...(grants.eventBus ? [streamStatement(grants.eventBus)] : []),
    ...runtimeStatements(grants),
  ];
}

/**
 * Changes are narrowed to what fairlead writes: CREATE and DELETE of the managed types and of ownership records, under the
 * names of the config, or of each of its views.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
 */
function route53Statements(config: Config): readonly Statement[] {
  const own = configsOf(config)
    .map(view => view.config)
    .filter(({ zones }) => zones.roleArn === undefined);
  if (own.length === 0) return [];
  const each = own.map(zonesOf);
  const Resource = each.some(({ length }) => length === 0) ? [zoneArn('*')] : [...new Set(each.flat())].map(zoneArn);
  return [
    // ListHostedZones takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
    { Sid: 'ListZones', Effect: 'Allow', Action: ['route53:ListHostedZones'], Resource: '*' },
    {
      Sid: 'ReadZones',
      Effect: 'Allow',
      Action: [
        'route53:ListResourceRecordSets',
        'route53:GetHostedZoneLimit',
        ...(own.some(({ zones }) => Object.keys(zones.tags).length > 0) ? ['route53:ListTagsForResources'] : []),
      ],
      Resource,
    },
    ...own.flatMap((view, i) => changeStatements(view, i === 0 ? '' : String(i + 1), own)),
  ];
}

/** The ids of the hosted zones; none: any may be selected. */
const zonesOf = ({ zones }: Config) => zones.ids;

/** What is denied to one view is denied to all: where another may have the same zones it is left to the program. */
function changeStatements(view: Config, mark: string, all: readonly Config[]): Statement[] {
  const { zones, records, registry } = view;
  const Resource = zones.ids.length === 0 ? [zoneArn('*')] : zones.ids.map(zoneArn);
  const { allowed, denied } = recordNames({ zones, records, registry });
  const isAlone = all.length === 1 || all.every(one => zonesOf(one).length > 0);
  return [
    {
      Sid: `ChangeRecords${mark}`,
      Effect: 'Allow',
      Action: ['route53:ChangeResourceRecordSets'],
      Resource,
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsRecordTypes': writtenTypes({ records, registry }),
          'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE'],
        },
        ...(allowed && { 'ForAllValues:StringLike': { [NAMES]: allowed } }),
      },
    },
    ...(denied.length === 0 || !isAlone ? [] : [keepOut(`KeepOut${mark}`, Resource, denied)]),
  ];
}

/** The managed types, and that of ownership records where they are kept. */
export function writtenTypes({ records, registry }: Pick<Config, 'records' | 'registry'>): string[] {
  return [...new Set([...records.types, ...(registry.type === 'noop' ? [] : ['TXT'])])];
}

const NAMES = 'route53:ChangeResourceRecordSetsNormalizedRecordNames';

/** Names of zones.excludeDomains: a batch with one of them is refused as a whole. */
function keepOut(Sid: string, Resource: Statement['Resource'], names: readonly string[]): Statement {
  const Condition = { 'ForAnyValue:StringLike': { [NAMES]: names } };
  return { Sid, Effect: 'Deny', Action: ['route53:ChangeResourceRecordSets'], Resource, Condition };
}

/**
 * So many ARNs of a kind are named one by one. A role's inline policies may have 10,240 characters in all
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), of which an ARN takes about 70.
 */
const NAMED = 40;

/** A cluster with a role of its own is described with that role. Of many, each region in which there is one is named. */
function clusterStatements({ clusters }: Config): readonly Statement[] {
  const own = clusters.filter(cluster => cluster.roleArn === undefined);
  if (own.length === 0) return [];
  const arnOf = (region: string | undefined, name: string) =>
    sub(`arn:\${AWS::Partition}:eks:${region}:\${AWS::AccountId}:cluster/${name}`);
  const Resource =
    own.length <= NAMED
      ? own.map(({ region, name, eksName = name }) => arnOf(region, eksName))
      : [...new Set(own.map(({ region }) => region))].sort().map(region => arnOf(region, '*'));
  return [{ Sid: 'DescribeClusters', Effect: 'Allow', Action: ['eks:DescribeCluster'], Resource }];
}

/**
 * Of many roles of one name, the name is named: for whatever account. What can be assumed is still only what trusts this
 * role, and those are roles that somebody made for it.
 */
function roleArnStatements(config: Config): readonly Statement[] {
  const ofZones = configsOf(config).map(view => view.config.zones.roleArn);
  const roles = new Set(
    [...config.clusters.map(cluster => cluster.roleArn), ...ofZones].filter(arn => arn !== undefined),
  );
  if (roles.size === 0) return [];
  const folded = [...roles].map(arn => arn.replace(/:\d{12}:/, ':*:'));
  const Resource = [...(roles.size <= NAMED ? roles : new Set(folded))].sort();
  return [{ Sid: 'AssumeRoles', Effect: 'Allow', Action: ['sts:AssumeRole'], Resource }];
}

/** Stands for the name of the bucket that is deployed with the function, which CloudFormation makes up. */
export const OWN_BUCKET = 'fairlead-own-bucket';

/** Without ListBucket, S3 answers 403 instead of 404 for a key that is not there yet. */
function stateStatements({ state: { store } }: Config, ownBucket: CloudFormationValue): readonly Statement[] {
  if (store.kind !== 's3') return [];
  const bucket = store.bucket === OWN_BUCKET ? ownBucket : sub(`arn:\${AWS::Partition}:s3:::${store.bucket}`);
  const keys = store.prefix === '' ? '/*' : `/${store.prefix.replace(/\/$/, '')}/*`;
  return [
    {
      Sid: 'KeepState',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: { 'Fn::Join': ['', [bucket, keys]] },
    },
    { Sid: 'FindState', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: bucket },
  ];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html: to read, and to write. */
function keyStatement(key: string): Statement {
  return { Sid: 'UseStateKey', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [key] };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html: events of others cannot be made up. */
function streamStatement(bus: CloudFormationValue): Statement {
  const Condition = { 'ForAllValues:StringEquals': { 'events:source': ['fairlead'] } };
  return { Sid: 'TellOfChanges', Effect: 'Allow', Action: ['events:PutEvents'], Resource: bus, Condition };
}

function runtimeStatements({ logGroup, queue, undelivered, tracing, vpc }: Grants): readonly Statement[] {
  const always: readonly Statement[] = [
    {
      Sid: 'WriteLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::Join': ['', [logGroup, ':*']] },
    },
    {
      Sid: 'TakeMessages',
      Effect: 'Allow',
      // The visibility is changed by the function itself, when a run failed; the rest is done by Lambda's poller.
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      Resource: queue,
    },
    { Sid: 'KeepUndelivered', Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: undelivered },
  ];
  return [...always, ...(tracing ? [TRACES] : []), ...(vpc ? [NETWORK_INTERFACES] : [])];
}

// Neither X-Ray nor Lambda's network interfaces can be narrowed to a resource beforehand.
// https://docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html
const TRACES: Statement = {
  Sid: 'WriteTraces',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
const NETWORK_INTERFACES: Statement = {
  Sid: 'JoinVpc',
  Effect: 'Allow',
  Action: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  Resource: '*',
};

const zoneArn = (id: string): CloudFormationValue => sub(`arn:\${AWS::Partition}:route53:::hostedzone/${id}`);

/** Lets CloudFormation fill in `${AWS::Partition}` and the like. */
export function sub(text: string): CloudFormationValue {
  return { 'Fn::Sub': text };
}
