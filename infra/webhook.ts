import { parseSecretPlace } from '../functions/webhook/secrets.ts';
import { type CloudFormationValue, type Statement, sub } from './iam.ts';
import type { Resource, Resources } from './rules.ts';
import type { Settings } from './settings.ts';

/** What infra/webhook.yml takes from the deployment. */
export interface Webhook {
  /** The part of the stack: that of the webhook, or an empty one. */
  readonly part: string;
  /** As the framework's `url` has it: with IAM's own check, or open to everybody, who then has to sign with a secret. */
  readonly url: true | { readonly authorizer: 'aws_iam' };
  /** Where the shared secret is, for the function; empty when there is none. */
  readonly secret: string;
  /** Which role may speak for which cluster; empty: each for all. */
  readonly callers: string;
  readonly concurrency: number | null;
  readonly statements: readonly Statement[];
  /** What lets other accounts in. */
  readonly permissions: Resources;
}

/** Reserved where everybody can call: a flood of forged requests then takes no more of the account than this. */
const OPEN = 5;

export function webhookOf(settings: Settings): Webhook {
  const { webhook, webhookSecret, webhookAccounts, webhookConcurrency } = settings;
  return {
    part: webhook === 'none' ? 'infra/none.yml' : 'infra/webhook.yml',
    url: webhook === 'iam' ? { authorizer: 'aws_iam' } : true,
    secret: webhookSecret ?? '',
    callers: settings.webhookClusters ?? '',
    concurrency: webhookConcurrency === 'auto' ? (webhook === 'hmac' ? OPEN : null) : webhookConcurrency,
    statements: [...SENDER, ...(webhookSecret === null ? [] : secretStatements(webhookSecret))],
    permissions: Object.assign({}, ...(webhookAccounts ?? []).map(callers)),
  };
}

/**
 * Whoever IAM of another account lets call. Since October 2025 both rights are needed:
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
function callers(account: string): Resources {
  const permission = (Action: string, way: Readonly<Record<string, unknown>>): Resource => ({
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: { 'Fn::GetAtt': ['WebhookLambdaFunction', 'Arn'] },
      Action,
      Principal: account,
      ...way,
    },
  });
  return {
    [`WebhookUrlFor${account}`]: permission('lambda:InvokeFunctionUrl', { FunctionUrlAuthType: 'AWS_IAM' }),
    [`WebhookFor${account}`]: permission('lambda:InvokeFunction', { InvokedViaFunctionUrl: true }),
  };
}

/** To put notices on the queue and to write a log. */
const SENDER: readonly Statement[] = [
  {
    Sid: 'WriteLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${WebhookLogGroup}:*`),
  },
  { Sid: 'SendNotices', Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
];

interface Store {
  readonly service: string;
  readonly action: string;
  /** The end of the ARN, for a name. Secrets Manager adds six characters of its own. */
  readonly resource: (name: string) => string;
  /** Part of what the store has a key of KMS decrypt: it names the parameter or secret. */
  readonly context: string;
}

const STORES: Readonly<Record<'ssm' | 'secretsmanager', Store>> = {
  ssm: {
    service: 'ssm',
    action: 'ssm:GetParameter',
    resource: name => `parameter/${name.replace(/^\//, '')}`,
    context: 'kms:EncryptionContext:PARAMETER_ARN',
  },
  secretsmanager: {
    service: 'secretsmanager',
    action: 'secretsmanager:GetSecretValue',
    resource: name => `secret:${name}-??????`,
    context: 'kms:EncryptionContext:SecretARN',
  },
};

/**
 * To read this one parameter or secret. With a key of KMS of your own it is decrypted in the function's name, so the right
 * to decrypt is for every key, but for nothing else than what this store has encrypted under this name:
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-secrets-manager.html
 */
function secretStatements(text: string): readonly Statement[] {
  const place = parseSecretPlace(text);
  if (place === undefined) return [];
  const { service, action, resource, context } = STORES[place.store];
  const given = place.name.startsWith('arn:') ? place.name.split(':') : undefined;
  const [, partition, , region, account] = given ?? ['', ...HERE];
  const Resource: CloudFormationValue =
    given === undefined ? sub(`arn:${partition}:${service}:${region}:${account}:${resource(place.name)}`) : place.name;
  return [
    { Sid: 'ReadSecret', Effect: 'Allow', Action: [action], Resource },
    {
      Sid: 'DecryptSecret',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: sub(`arn:${partition}:kms:${region}:${account}:key/*`),
      Condition: {
        StringLike: { 'kms:ViaService': sub(`${service}.${region}.amazonaws.com*`), [context]: Resource },
      },
    },
  ];
}

/** Partition, service, region and account of the stack, in the places that they have in an ARN. */
const HERE = [`\${AWS::Partition}`, '', `\${AWS::Region}`, `\${AWS::AccountId}`] as const;
