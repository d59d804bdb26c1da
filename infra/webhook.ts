import { type Statement, sub } from './iam.ts';
import type { Resource, Resources } from './rules.ts';
import { secretStatements } from './secrets.ts';
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
    statements: [...SENDER, ...(webhookSecret === null ? [] : secretStatements(webhookSecret, 'Secret'))],
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
