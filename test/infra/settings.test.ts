import { describe, expect, it } from 'vitest';
import { checkNames, checkStage, InvalidSetting, readSettings } from '../../infra/settings.ts';

/** The defaults of serverless.yml. */
const PARAMS = {
  config: 'fairlead.yml',
  schedule: 'rate(5 minutes)',
  timeout: 300,
  memory: 1769,
  concurrency: 2,
  logRetention: 30,
  logLevel: 'INFO',
  tracing: 'PassThrough',
  alarmTopic: 'none',
  subnets: 'none',
  securityGroups: 'none',
  webhook: 'iam',
  webhookSecret: 'none',
  webhookAccounts: 'none',
  webhookClusters: 'none',
  webhookConcurrency: 5,
  auditClusters: 'none',
  drift: 'none',
  eventBus: 'none',
  stateKey: 'none',
};
const read = (params: Readonly<Record<string, unknown>>) => readSettings({ ...PARAMS, ...params });

describe('settings of the deployment', () => {
  it.each([
    ['numbers given as text, as the command line does', { timeout: '60' }, { timeout: 60 }],
    ['no reserved concurrency', { concurrency: 'none' }, { concurrency: null }],
    ['a concurrency by the number of shards', { concurrency: 'auto' }, { concurrency: 'auto' }],
    [
      'a cron schedule',
      { schedule: 'cron(0/5 * * * ? *)' },
      { schedule: { expression: 'cron(0/5 * * * ? *)', seconds: 300 } },
    ],
    ['no schedule, which pauses the deployment', { schedule: 'none' }, { schedule: null }],
    [
      'a topic',
      { alarmTopic: 'arn:aws:sns:eu-west-1:111122223333:ops' },
      { alarmTopic: 'arn:aws:sns:eu-west-1:111122223333:ops' },
    ],
    [
      'a VPC',
      { subnets: 'subnet-0a, subnet-0b', securityGroups: 'sg-01' },
      { subnets: ['subnet-0a', 'subnet-0b'], securityGroups: ['sg-01'] },
    ],
    [
      'a secret in Parameter Store',
      { webhook: 'hmac', webhookSecret: 'ssm:/fairlead/webhook' },
      { webhookSecret: 'ssm:/fairlead/webhook' },
    ],
    [
      'the ARN of a secret',
      {
        webhook: 'hmac',
        webhookSecret: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-Ab12Cd',
      },
      { webhookSecret: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-Ab12Cd' },
    ],
    [
      'one account, which YAML reads as a number',
      { webhookAccounts: 111122223333 },
      { webhookAccounts: ['111122223333'] },
    ],
    ['clusters', { auditClusters: 'prod-eu,prod_us' }, { auditClusters: ['prod-eu', 'prod_us'] }],
    ['no reserved concurrency of the webhook', { webhookConcurrency: 'none' }, { webhookConcurrency: null }],
    ['the default event bus', { eventBus: 'default' }, { eventBus: 'default' }],
    [
      'the ARN of an event bus',
      { eventBus: 'arn:aws:events:eu-west-1:222222222222:event-bus/dns' },
      { eventBus: 'arn:aws:events:eu-west-1:222222222222:event-bus/dns' },
    ],
  ])('take %s', (_rule, params, expected) => {
    expect(read(params)).toMatchObject(expected);
  });

  it.each([
    ['a timeout that Lambda does not know', { timeout: 901 }, /params\.timeout: .*900/],
    [
      'a retention that CloudWatch does not know',
      { logRetention: 31 },
      /params\.logRetention: expected one of 1, 3, 5/,
    ],
    [
      'a schedule of its own kind',
      { schedule: '5m' },
      /params\.schedule: expected rate\(1 minute\), rate\(5 minutes\)/,
    ],
    ['a memory that is no number', { memory: 'much' }, /params\.memory: expected a whole number from 256 to 10240$/],
    ['half a number', { memory: 256.5 }, /params\.memory: expected a whole number from 256 to 10240$/],
    [
      'a concurrency of nought, which stops the function',
      { concurrency: 0 },
      /params\.concurrency: expected a whole number from 1 to 1000, auto or none$/,
    ],
    ['a log level that is none', { logLevel: 'TRACE' }, /params\.logLevel: expected DEBUG, INFO, WARN or ERROR$/],
    ['a topic that is none', { alarmTopic: 'ops' }, /params\.alarmTopic: .*SNS topic/],
    ['a tracing mode that is none', { tracing: 'on' }, /params\.tracing: expected Active or PassThrough$/],
    [
      'subnets that are none',
      { subnets: 'vpc-01', securityGroups: 'sg-01' },
      /params\.subnets\.0: expected ids like subnet-0a1b/,
    ],
    ['a webhook of its own kind', { webhook: 'open' }, /params\.webhook: expected iam, hmac or none$/],
    ['hmac without a secret', { webhook: 'hmac' }, /params\.webhookSecret: with webhook hmac, give the place/],
    [
      'a secret that nothing is signed with',
      { webhookSecret: 'ssm:/fairlead/webhook' },
      /params\.webhookSecret: with webhook iam .* leave it out/,
    ],
    [
      'the secret itself in the place of its name',
      { webhook: 'hmac', webhookSecret: 'c2VjcmV0' },
      /params\.webhookSecret: expected ssm:NAME or secretsmanager:NAME/,
    ],
    [
      'the ARN of the other store',
      { webhook: 'hmac', webhookSecret: 'ssm:arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-Ab12Cd' },
      /params\.webhookSecret: expected/,
    ],
    [
      'an account that is none',
      { webhookAccounts: '1111' },
      /params\.webhookAccounts\.0: expected ids like 111122223333/,
    ],
    [
      'accounts without IAM',
      { webhook: 'none', webhookAccounts: '111122223333' },
      /params\.webhookAccounts: with webhook none/,
    ],
    ['a drift that is none', { drift: 'poll' }, /params\.drift: expected none or cloudtrail$/],
    [
      'an event bus that is none',
      { eventBus: 'arn:aws:sns:eu-west-1:1:x' },
      /params\.eventBus: expected default, the name or the ARN/,
    ],
    ['subnets without security groups', { subnets: 'subnet-01' }, /params\.subnets and params\.securityGroups/],
  ])('refuse %s, naming it', (_rule, params, message) => {
    expect(() => read(params)).toThrow(InvalidSetting);
    expect(() => read(params)).toThrow(message);
  });
});

describe('a parameter that there is not', () => {
  const none = { default: { schedule: 'none' } };

  it.each<[string, unknown, unknown, RegExp]>([
    ['on the command line', ['shedule=none'], none, /^params\.shedule: .* did you mean schedule\?$/],
    ['the only one there', 'shedule=none', none, /did you mean schedule/],
    ['near none', ['colour=red'], none, /there are config, schedule/],
    ['in serverless.yml', undefined, { default: {}, prod: { alarmTopics: 'x' } }, /did you mean alarmTopic\?/],
  ])('is refused %s', (_where, given, sections, message) => {
    expect(() => checkNames(given, sections)).toThrow(message);
  });

  it('is none where serverless.yml declares it, and it is near none of ours', () => {
    expect(() => checkNames(['costCentre=12'], { default: { costCentre: '0' } })).not.toThrow();
  });

  it.each([[undefined], [['schedule=rate(5 minutes)', 'webhook=none']]])('%j is none', given => {
    expect(() => checkNames(given, none)).not.toThrow();
  });
});

describe('a stage', () => {
  it.each([
    ['a'.repeat(60), 'eu-west-1', /at most 45 letters/],
    ['a'.repeat(41), 'ap-southeast-2', /at most 40 letters/],
    ['a.b', 'eu-west-1', /^--stage a\.b: /],
  ])('%s in %s is refused before anything is deployed', (stage, region, message) => {
    expect(() => checkStage(stage, region)).toThrow(message);
  });

  it.each([
    ['prod', 'eu-west-1'],
    ['a'.repeat(40), 'ap-southeast-2'],
  ])('%s in %s is taken', (stage, region) => {
    expect(() => checkStage(stage, region)).not.toThrow();
  });
});
