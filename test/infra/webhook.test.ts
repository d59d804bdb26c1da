import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { STATUS } from '../../functions/webhook/create.ts';
import type { Settings } from '../../infra/settings.ts';
import { webhookOf } from '../../infra/webhook.ts';

const make = (settings: Partial<Settings>) =>
  webhookOf({
    webhook: 'iam',
    webhookSecret: null,
    webhookAccounts: null,
    webhookClusters: null,
    webhookConcurrency: 'auto',
    ...settings,
  } as Settings);
const sub = (text: string) => ({ 'Fn::Sub': text });
const HERE = `\${AWS::Region}:\${AWS::AccountId}`;

describe('the webhook', () => {
  it.each([
    ['iam', 'infra/webhook.yml', { authorizer: 'aws_iam' }],
    ['hmac', 'infra/webhook.yml', true],
    ['none', 'infra/none.yml', true],
  ] as const)('%s is the part of the stack, with its way to call it', (webhook, part, url) => {
    expect(make({ webhook })).toMatchObject({ part, ...(webhook !== 'none' && { url }) });
  });

  it('has the rights to write its log and to send to the queue, and no others', () => {
    expect(make({}).statements.flatMap(({ Action }) => Action)).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:SendMessage',
    ]);
  });
});

describe('with a secret, the function may read just this one', () => {
  const SECRET_ARN = 'arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:fairlead-Ab12Cd';
  it.each([
    [
      'ssm:/fairlead/webhook',
      'ssm:GetParameter',
      sub(`arn:\${AWS::Partition}:ssm:${HERE}:parameter/fairlead/webhook`),
      'ssm',
      'PARAMETER_ARN',
    ],
    [
      'ssm:webhook',
      'ssm:GetParameter',
      sub(`arn:\${AWS::Partition}:ssm:${HERE}:parameter/webhook`),
      'ssm',
      'PARAMETER_ARN',
    ],
    [
      'secretsmanager:fairlead/webhook',
      'secretsmanager:GetSecretValue',
      sub(`arn:\${AWS::Partition}:secretsmanager:${HERE}:secret:fairlead/webhook-??????`),
      'secretsmanager',
      'SecretARN',
    ],
  ])('%s', (webhookSecret, action, resource, store, context) => {
    const { secret, statements } = make({ webhook: 'hmac', webhookSecret });
    expect(secret).toBe(webhookSecret);
    expect(statements.slice(2)).toEqual([
      { Sid: 'ReadSecret', Effect: 'Allow', Action: [action], Resource: resource },
      {
        Sid: 'DecryptSecret',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: sub(`arn:\${AWS::Partition}:kms:${HERE}:key/*`),
        Condition: {
          StringLike: {
            'kms:ViaService': sub(`${store}.\${AWS::Region}.*`),
            [`kms:EncryptionContext:${context}`]: resource,
          },
        },
      },
    ]);
  });

  it('in another account or region, when its ARN is given', () => {
    const [, , read, decrypt] = make({ webhook: 'hmac', webhookSecret: `secretsmanager:${SECRET_ARN}` }).statements;
    expect(read?.Resource).toBe(SECRET_ARN);
    expect(decrypt?.Resource).toEqual(sub('arn:aws-cn:kms:cn-north-1:222222222222:key/*'));
  });
});

describe('callers of other accounts', () => {
  it('need both rights on the function, over its URL only', () => {
    const permissions = Object.values(make({ webhookAccounts: ['222222222222'] }).permissions);
    expect(permissions.map(({ Properties: { FunctionName, ...rest } }) => rest)).toEqual([
      { Action: 'lambda:InvokeFunctionUrl', Principal: '222222222222', FunctionUrlAuthType: 'AWS_IAM' },
      { Action: 'lambda:InvokeFunction', Principal: '222222222222', InvokedViaFunctionUrl: true },
    ]);
  });

  it('are none unless named', () => {
    expect(make({}).permissions).toEqual({});
  });
});

it('the alarm on refused notices counts every reason that there is', () => {
  const template = parse(readFileSync('infra/webhook.yml', 'utf8'), { logLevel: 'silent' });
  const metrics: { MetricStat?: { Metric: { Dimensions: { Name: string; Value: string }[] } } }[] =
    template.resources.Resources.AlarmNoticesRefused.Properties.Metrics;
  const reasons = metrics.flatMap(({ MetricStat }) =>
    (MetricStat?.Metric.Dimensions ?? []).filter(({ Name }) => Name === 'reason').map(({ Value }) => Value),
  );
  expect(reasons.sort()).toEqual(Object.keys(STATUS).sort());
});

it('binds roles to their clusters where that is asked for', () => {
  const webhookClusters = 'arn:aws:iam::111122223333:role/x=prod-eu';
  expect(make({ webhookClusters }).callers).toBe(webhookClusters);
  expect(make({}).callers).toBe('');
});
