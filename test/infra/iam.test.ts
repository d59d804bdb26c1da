import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { templateFaults } from '../../infra/check-template.ts';
import { type Grants, OWN_BUCKET, roleStatements, type Statement } from '../../infra/iam.ts';
import type { ClusterConfig, Config } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/index.ts';

const BASE: Config = {
  ...parseConfig('owner: o\nclusters: [{name: prod, region: eu-west-1}]', { file: '/test/fairlead.yml', env: {} }),
  state: { store: { kind: 's3', bucket: OWN_BUCKET, prefix: '' }, refreshMs: 900_000 },
};
const GRANTS: Grants = {
  logGroup: 'LOGS',
  queue: 'QUEUE',
  undelivered: 'UNDELIVERED',
  stateBucket: 'BUCKET',
  tracing: false,
  vpc: false,
};

const statements = (config: Partial<Config> = {}, grants: Partial<Grants> = {}) =>
  roleStatements({ ...BASE, ...config }, { ...GRANTS, ...grants });
const granting = (action: string, list: readonly Statement[]) => list.find(({ Action }) => Action.includes(action));
const actions = (list: readonly Statement[]) => list.flatMap(({ Action }) => Action).sort();
const cluster = (extra: Partial<ClusterConfig>): ClusterConfig => ({
  name: 'x',
  owner: 'o',
  region: 'eu-west-1',
  ...extra,
});
const sub = (text: string) => ({ 'Fn::Sub': text });

describe('the role has the rights for what the code calls, and no others', () => {
  /** Names that differ: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
  const SERVICES = {
    'client-route-53': 'route53',
    'client-eks': 'eks',
    'client-s3': 's3',
    'client-sqs': 'sqs',
    'client-sts': 'sts',
    'client-ssm': 'ssm',
    'client-secrets-manager': 'secretsmanager',
    'client-eventbridge': 'events',
  };
  const NOT_CALLED_BY_CODE = [
    's3:ListBucket', // so that S3 says that a key is missing
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'sqs:ReceiveMessage', // Lambda's poller uses the role for the queue
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:SendMessage', // Lambda itself, for the dead-letter queue
    'sts:AssumeRole', // by the credential provider
    'kms:Decrypt', // by SSM and Secrets Manager, in the role's name
  ];

  /** By `fairlead doctor`, with the credentials of whoever asks. */
  const CALLED_IN_THE_TERMINAL = new Set(['events:DescribeEventBus']);

  /** The right to a batch is the right to each of its parts. */
  const RIGHTS: Readonly<Record<string, string>> = { ChangeMessageVisibilityBatch: 'ChangeMessageVisibility' };

  /** `service:Action` of every command that lib/ and the function import (or pass on) from an AWS client. */
  function calledByCode(): readonly string[] {
    const files = ['lib', 'functions/reconcile'].flatMap(folder =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter(path => path.endsWith('.ts'))
        .map(path => `${folder}/${path}`),
    );
    const imports = /(?:im|ex)port\s*\{([^}]*)\}\s*from '@aws-sdk\/(client-[\w-]+)'/g;
    return files.flatMap(path =>
      [...readFileSync(path, 'utf8').matchAll(imports)].flatMap(([, names = '', client = '']) =>
        [...names.matchAll(/\b(\w+)Command\b(?!Input|Output)/g)].map(
          ([, action = '']) => `${SERVICES[client as keyof typeof SERVICES]}:${RIGHTS[action] ?? action}`,
        ),
      ),
    );
  }

  it('action by action', () => {
    const all = statements(
      {
        zones: { ...BASE.zones, tags: { team: 'dns' } },
        clusters: [cluster({}), cluster({ name: 'y', roleArn: 'R' })],
        registry: { ...BASE.registry, encryptionKeys: ['ssm:new', 'secretsmanager:old'] },
      },
      { eventBus: 'BUS' },
    );
    const anywhere = calledByCode();
    expect(anywhere).toEqual(expect.arrayContaining([...CALLED_IN_THE_TERMINAL]));
    const called = anywhere.filter(action => !CALLED_IN_THE_TERMINAL.has(action));
    expect(called).toContain('route53:ChangeResourceRecordSets');
    expect([...new Set(actions(all))]).toEqual([...new Set([...called, ...NOT_CALLED_BY_CODE])].sort());
  });

  it('and never a wildcard', () => {
    const all = statements({}, { tracing: true, vpc: true });
    expect(actions(all).filter(action => action.includes('*'))).toEqual([]);
  });
});

it('tells of changes on the bus that is named, and as itself', () => {
  expect(granting('events:PutEvents', statements())).toBeUndefined();
  expect(granting('events:PutEvents', statements({}, { eventBus: 'BUS' }))).toMatchObject({
    Resource: 'BUS',
    Condition: { 'ForAllValues:StringEquals': { 'events:source': ['fairlead'] } },
  });
});

describe('rights to Route 53', () => {
  it('narrow changes to CREATE and DELETE of the managed types and of ownership records', () => {
    const list = statements({ records: { ...BASE.records, types: ['A', 'CNAME'] } });
    expect(granting('route53:ChangeResourceRecordSets', list)?.Condition).toEqual({
      'ForAllValues:StringEquals': {
        'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'CNAME', 'TXT'],
        'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE'],
      },
    });
  });

  it('without a registry leave TXT out, unless it is managed', () => {
    const types = (managed: Config['records']['types']) => {
      const list = statements({
        records: { ...BASE.records, types: managed },
        registry: { ...BASE.registry, type: 'noop' },
      });
      const condition = granting('route53:ChangeResourceRecordSets', list)?.Condition;
      return condition?.['ForAllValues:StringEquals']?.['route53:ChangeResourceRecordSetsRecordTypes'];
    };
    expect(types(['A', 'CNAME'])).toEqual(['A', 'CNAME']);
    expect(types(['A', 'TXT'])).toEqual(['A', 'TXT']);
  });

  it.each(['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'])(
    '%s is narrowed to zones.ids',
    action => {
      const resource = (ids: readonly string[]) =>
        granting(action, statements({ zones: { ...BASE.zones, ids } }))?.Resource;
      expect(resource(['Z1', 'Z2'])).toEqual([
        sub(`arn:\${AWS::Partition}:route53:::hostedzone/Z1`),
        sub(`arn:\${AWS::Partition}:route53:::hostedzone/Z2`),
      ]);
      expect(resource([])).toEqual([sub(`arn:\${AWS::Partition}:route53:::hostedzone/*`)]);
    },
  );

  it('are left to zones.roleArn where it is given', () => {
    const list = statements({ zones: { ...BASE.zones, roleArn: 'arn:aws:iam::222222222222:role/dns' } });
    expect(actions(list).filter(action => action.startsWith('route53:'))).toEqual([]);
    expect(granting('sts:AssumeRole', list)?.Resource).toEqual(['arn:aws:iam::222222222222:role/dns']);
  });
});

describe('rights to clusters', () => {
  it('are for the configured clusters only, each in its region', () => {
    const clusters = [cluster({ name: 'a' }), cluster({ name: 'b', region: 'us-east-1' })];
    expect(granting('eks:DescribeCluster', statements({ clusters }))?.Resource).toEqual([
      sub(`arn:\${AWS::Partition}:eks:eu-west-1:\${AWS::AccountId}:cluster/a`),
      sub(`arn:\${AWS::Partition}:eks:us-east-1:\${AWS::AccountId}:cluster/b`),
    ]);
  });

  it('are left to the roles of clusters that have one; each role is named once', () => {
    const clusters = [cluster({ name: 'a', roleArn: 'R' }), cluster({ name: 'b', roleArn: 'R' })];
    const list = statements({ clusters });
    expect(granting('eks:DescribeCluster', list)).toBeUndefined();
    expect(granting('sts:AssumeRole', list)?.Resource).toEqual(['R']);
  });

  it('name regions instead, and role names for every account, where there are too many for a policy', () => {
    const own = Array.from({ length: 41 }, (_, n) =>
      cluster({ name: `a${n}`, region: n % 2 ? 'us-east-1' : 'eu-west-1' }),
    );
    const role = (n: number) => `arn:aws:iam::${111_111_111_111 + n}:role/fairlead-read`;
    const foreign = Array.from({ length: 41 }, (_, n) => cluster({ name: `b${n}`, roleArn: role(n) }));
    const list = statements({ clusters: [...own, ...foreign] });
    expect(granting('eks:DescribeCluster', list)?.Resource).toEqual([
      sub(`arn:\${AWS::Partition}:eks:eu-west-1:\${AWS::AccountId}:cluster/*`),
      sub(`arn:\${AWS::Partition}:eks:us-east-1:\${AWS::AccountId}:cluster/*`),
    ]);
    expect(granting('sts:AssumeRole', list)?.Resource).toEqual(['arn:aws:iam::*:role/fairlead-read']);
  });

  it.each([40, 41, 150, 1_000])('fit into the role, of %d clusters and as many in other accounts', count => {
    const clusters = Array.from({ length: count }, (_, n) => [
      cluster({ name: `a-cluster-of-some-team-in-production-${n}`, region: 'ap-southeast-1' }),
      cluster({ name: `b${n}`, roleArn: `arn:aws:iam::${111_111_111_111 + n}:role/fairlead-reads-this-cluster` }),
    ]).flat();
    const Statement = statements({ clusters }, { tracing: true, vpc: true });
    const Role = { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: { Statement } }] } };
    expect(templateFaults({ Resources: { Role } }, {}).filter(fault => fault.includes('characters'))).toEqual([]);
  });

  it('assume no role where none is configured', () => {
    expect(granting('sts:AssumeRole', statements())).toBeUndefined();
  });
});

describe('rights to the state', () => {
  it.each([
    ["the deployment's own bucket", { kind: 's3', bucket: OWN_BUCKET, prefix: '' }, 'BUCKET', '/*'],
    ['a bucket', { kind: 's3', bucket: 'b', prefix: '' }, sub(`arn:\${AWS::Partition}:s3:::b`), '/*'],
    ['a prefix', { kind: 's3', bucket: 'b', prefix: 'p/' }, sub(`arn:\${AWS::Partition}:s3:::b`), '/p/*'],
  ] as const)('are narrowed to %s', (_rule, store, bucket, keys) => {
    const list = statements({ state: { ...BASE.state, store } });
    expect(granting('s3:PutObject', list)?.Resource).toEqual({ 'Fn::Join': ['', [bucket, keys]] });
    expect(granting('s3:ListBucket', list)?.Resource).toEqual(bucket);
  });
});

it('no right to any bucket when the state is kept in memory', () => {
  const list = statements({ state: { ...BASE.state, store: { kind: 'memory' } } });
  expect(actions(list).filter(action => action.startsWith('s3:'))).toEqual([]);
});

describe('rights to the keys of the registry', () => {
  const keyed = (...encryptionKeys: string[]) => statements({ registry: { ...BASE.registry, encryptionKeys } });
  const HERE = `\${AWS::Region}:\${AWS::AccountId}`;

  it('are for the parameters and secrets that the config names, and what they are encrypted with', () => {
    const list = keyed('ssm:/dns/new', 'env:ELSEWHERE', 'secretsmanager:dns/old');
    const parameter = sub(`arn:\${AWS::Partition}:ssm:${HERE}:parameter/dns/new`);
    const secret = sub(`arn:\${AWS::Partition}:secretsmanager:${HERE}:secret:dns/old-??????`);
    expect(granting('ssm:GetParameter', list)?.Resource).toEqual(parameter);
    expect(granting('secretsmanager:GetSecretValue', list)?.Resource).toEqual(secret);
    const decrypting = list.filter(({ Action }) => Action.includes('kms:Decrypt'));
    expect(decrypting.map(({ Condition }) => Object.values(Condition?.StringLike ?? {}))).toEqual([
      [expect.anything(), parameter],
      [expect.anything(), secret],
    ]);
    expect(new Set(list.map(({ Sid }) => Sid)).size).toBe(list.length);
  });

  it('are none where no key is kept in AWS', () => {
    for (const list of [keyed(), keyed('env:KEY', 'plain')])
      expect(actions(list).filter(action => /^(ssm|secretsmanager|kms):/.test(action))).toEqual([]);
  });
});

describe('rights that come with a setting of the deployment', () => {
  it.each([
    ['tracing', 'xray:PutTraceSegments'],
    ['vpc', 'ec2:CreateNetworkInterface'],
  ] as const)('%s', (setting, action) => {
    expect(granting(action, statements())).toBeUndefined();
    expect(granting(action, statements({}, { [setting]: true }))).toBeDefined();
  });
});
