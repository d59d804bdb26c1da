import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Deployment, makeDeployment } from '../../infra/deployment.ts';
import { InvalidSetting, SETTINGS } from '../../infra/settings.ts';
import { ConfigError } from '../../lib/config/index.ts';
import { type AlarmProperties, measured, rings } from './cloudwatch.ts';

const serverless = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-deployment-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const make = (params: Readonly<Record<string, unknown>> = {}, config = 'clusters: [{name: prod}]'): Deployment => {
  writeFileSync(join(folder, 'fairlead.yml'), config);
  return makeDeployment({ ...serverless.params.default, ...params }, folder, 'eu-west-1');
};

describe('the deployment that serverless.yml takes its values from', () => {
  it('knows every parameter of serverless.yml, and no other', () => {
    expect([...SETTINGS].sort()).toEqual(Object.keys(serverless.params.default).sort());
  });

  it('hides messages for a minute longer than a run may take', () => {
    expect(make({ timeout: 120 })).toMatchObject({ timeout: 120, visibilityTimeout: 180 });
  });

  it('reads clusters without a region as those of the region deployed to', () => {
    const described = make().statements.find(({ Sid }) => Sid === 'DescribeClusters');
    expect(JSON.stringify(described?.Resource)).toContain(':eks:eu-west-1:');
  });

  it("keeps the state in the deployment's bucket unless the config names another", () => {
    const resource = (config?: string) => make({}, config).statements.find(({ Sid }) => Sid === 'FindState')?.Resource;
    expect(resource()).toEqual({ 'Fn::GetAtt': ['StateBucket', 'Arn'] });
    expect(JSON.stringify(resource('clusters: [{name: prod}]\nstate: {store: "s3://other/p"}'))).toContain(
      ':s3:::other',
    );
  });

  it.each([
    ['tracing', { tracing: 'Active' }, { traceEnabled: 'true' }, 'WriteTraces'],
    [
      'a VPC',
      { subnets: 'subnet-01', securityGroups: 'sg-01' },
      { vpc: { subnetIds: ['subnet-01'], securityGroupIds: ['sg-01'] } },
      'JoinVpc',
    ],
  ])('%s comes with the rights it needs', (_rule, params, expected, right) => {
    const sids = (deployment: Deployment) => deployment.statements.map(({ Sid }) => Sid);
    expect(make(params)).toMatchObject(expected);
    expect(sids(make(params))).toContain(right);
    expect(sids(make())).not.toContain(right);
  });

  describe('with shards', () => {
    const SHARDS = 'shards: [{name: east, clusters: [prod]}]';
    const FLEET = `clusters: [${Array.from({ length: 7 }, (_, n) => `{name: c${n}, owner: o${n}}`)}]
shards: [${Array.from({ length: 6 }, (_, n) => `{name: s${n}, clusters: [c${n}]}`)}]`;
    const groups = ({ rules }: Deployment) =>
      Object.entries(rules).map(([id, { Properties }]) => [
        id,
        (Properties.Targets as { SqsParameters: { MessageGroupId: string } }[]).map(
          ({ SqsParameters }) => SqsParameters.MessageGroupId,
        ),
      ]);

    it.each([
      ['none: the one that every cluster is in', 'clusters: [{name: prod}]', [['Schedule', ['default']]], 2],
      ['one', `clusters: [{name: prod}]\n${SHARDS}`, [['Schedule', ['east']]], 2],
      [
        'more than a rule may have targets',
        FLEET,
        [
          ['Schedule', ['s0', 's1', 's2', 's3', 's4']],
          ['Schedule2', ['s5', 'default']],
        ],
        8,
      ],
    ])(
      '%s: each is scheduled in its message group and has a run of its own',
      (_rule, config, expected, concurrency) => {
        const deployment = make({ concurrency: 'auto' }, config);
        expect(groups(deployment)).toEqual(expected);
        expect(deployment.concurrency).toBe(concurrency);
        expect(deployment.ruleArns).toEqual(expected.map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] })));
      },
    );
  });

  it.each([
    ['rate(1 minute)', 'ENABLED', 'rate(1 minute)'],
    ['none', 'DISABLED', 'rate(5 minutes)'],
  ])('with the schedule %s has a rule that is %s', (schedule, State, ScheduleExpression) => {
    expect(make({ schedule }).rules.Schedule?.Properties).toMatchObject({ State, ScheduleExpression });
  });

  it('tells the functions that take notices the shard of each cluster', () => {
    const config = 'clusters: [{name: a, owner: x}, {name: b}]\nshards: [{name: east, clusters: [a]}]';
    expect(make({}, config).shards).toEqual({ a: 'east', b: 'default' });
  });

  it('reserves nothing of the account, unless the webhook is open to everybody', () => {
    expect(make()).toMatchObject({ concurrency: null, webhook: { concurrency: null } });
    const open = make({ webhook: 'hmac', webhookSecret: 'ssm:secret' });
    expect(open).toMatchObject({ concurrency: null, webhook: { concurrency: 5 } });
  });

  it('sends alarms to the topic, if there is one', () => {
    expect(make().alarmActions).toEqual([]);
    const alarmTopic = 'arn:aws:sns:eu-west-1:111122223333:ops';
    expect(make({ alarmTopic }).alarmActions).toEqual([alarmTopic]);
  });

  describe('sends its change stream', () => {
    const bus = (eventBus: string) => make({ eventBus });
    const other = 'arn:aws:events:eu-west-1:222222222222:event-bus/dns';
    const named = (name: string) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${name}`,
    });

    it.each([
      ['none', null],
      ['default', named('default')],
      ['dns', named('dns')],
      [other, other],
    ])('to %s, with the right to that bus alone', (eventBus, expected) => {
      expect(bus(eventBus).eventBus).toEqual(expected);
      const right = bus(eventBus).statements.find(({ Sid }) => Sid === 'TellOfChanges');
      expect(right?.Resource ?? null).toEqual(expected);
      expect(bus(eventBus).streamPart).toBe(expected === null ? 'infra/none.yml' : 'infra/stream.yml');
    });

    it('to no bus of another region, where no call arrives', () => {
      expect(() => bus(other.replace('eu-west-1', 'us-east-1'))).toThrow(InvalidSetting);
      expect(() => bus(other.replace('eu-west-1', 'us-east-1'))).toThrow(
        /params\.eventBus: is in us-east-1.* by a rule/,
      );
    });
  });

  it('lets the role use the key of a bucket of your own', () => {
    const stateKey = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666';
    const config = 'clusters: [{name: prod}]\nstate: {store: "s3://other/p"}';
    const right = make({ stateKey }, config).statements.find(({ Sid }) => Sid === 'UseStateKey');
    expect(right).toMatchObject({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [stateKey] });
    expect(make({}, config).statements.map(({ Sid }) => Sid)).not.toContain('UseStateKey');
    expect(() => make({ stateKey })).toThrow(/params\.stateKey: .* needs no key/);
  });

  it.each([
    ['a kubeconfig', 'clusters: [{name: lab, kubeconfig: ./lab}]', ConfigError, /kubeconfig/],
    [
      'a folder for the state',
      'clusters: [{name: prod}]\nstate: {store: ./state}',
      InvalidSetting,
      /state\.store is a folder/,
    ],
    ['an unknown key', 'clusters: [{name: prod}]\nzone: {}', ConfigError, /zone/],
  ])('refuses %s, which does not work on Lambda', (_rule, config, kind, message) => {
    expect(() => make({}, config)).toThrow(kind);
    expect(() => make({}, config)).toThrow(message);
  });

  it('says which file is missing', () => {
    expect(() => make({ config: 'none.yml' })).toThrow(/none\.yml.*cannot be read/s);
  });
});

describe('the alarms on what AWS measures, minute by minute', () => {
  const alarmOf = (name: string): AlarmProperties => {
    const { messageAge } = make();
    const text = readFileSync('infra/alarms.yml', 'utf8').replaceAll(
      /\$\{self:custom\.deployment\.messageAge\}/g,
      `${messageAge}`,
    );
    return parse(text, { logLevel: 'silent' }).Resources[name].Properties;
  };
  const minutes = (...spans: readonly (readonly [number, number | undefined])[]) =>
    spans.flatMap(([length, value]) => Array.from({ length }, () => value));
  /** The age in seconds of a message that waits. */
  const growing = (from: number, length: number) => Array.from({ length }, (_, minute) => from + minute * 60);

  it.each<[string, string, readonly (number | undefined)[], boolean]>([
    ['AlarmErrors', 'each schedule ends out of time', minutes([15, 1]), true],
    ['AlarmErrors', 'one run ended out of memory, the next ones did not', minutes([1, 1], [14, 0]), false],
    ['AlarmErrors', 'nothing runs', minutes([15, undefined]), false],
    ['AlarmThrottles', 'the account has no concurrency left', minutes([15, 4]), true],
    ['AlarmThrottles', 'a burst of notices met the function at its limit', minutes([6, 9], [9, 0]), false],
    ['AlarmQueueAge', 'the mapping was switched off an hour ago', growing(0, 60), true],
    [
      'AlarmQueueAge',
      'a run that fails at the last moment gives its message back once',
      [...growing(0, 16), ...growing(0, 14)],
      false,
    ],
    ['AlarmDeadLetters', 'a message was put aside', minutes([5, 0], [5, 1]), true],
    ['AlarmDeadLetters', 'the dead-letter queue was purged', minutes([5, 1], [5, 0]), false],
    ['AlarmUndelivered', 'the schedule may not write to the queue', minutes([5, 1], [5, 2]), true],
    ['AlarmUndelivered', 'every schedule reached the queue', minutes([10, 0]), false],
  ])('%s, where %s', (name, _story, values, expected) => {
    const alarm = alarmOf(name);
    const from = Date.parse('2026-01-01T00:00:00Z');
    expect(rings(alarm, measured(alarm, from, values), from, from + values.length * 60_000)).toBe(expected);
  });
});
