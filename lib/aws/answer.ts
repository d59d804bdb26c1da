import type { FromTemporaryCredentialsOptions } from '@aws-sdk/credential-providers';
import { clipped } from '../shown.ts';
import { awsFaultOf } from './fault.ts';

type Plugin = NonNullable<FromTemporaryCredentialsOptions['clientPlugins']>[number];

/**
 * What each answer of a service has (API references). A success without it is somebody else's: a proxy's page, or nothing at
 * all. Taken for the service's it would be an account without zones, a state without a key, or a notice that was queued.
 * `status` where an answer has no body.
 */
const ALWAYS: Readonly<Record<string, readonly string[] | { readonly status: number }>> = {
  AssumeRole: ['Credentials'],
  AssumeRoleWithWebIdentity: ['Credentials'],
  ChangeMessageVisibilityBatch: ['Successful', 'Failed'],
  ChangeResourceRecordSets: ['ChangeInfo'],
  DeleteObject: { status: 204 },
  DescribeCluster: ['cluster'],
  DescribeEventBus: ['Arn'],
  GetCallerIdentity: ['Arn'],
  GetFunctionConfiguration: ['FunctionName', 'FunctionArn', 'Environment'],
  GetHostedZoneLimit: ['Limit'],
  GetObject: ['ETag'],
  GetParameter: ['Parameter'],
  GetQueueAttributes: ['Attributes'],
  GetQueueUrl: ['QueueUrl'],
  GetSecretValue: ['SecretString', 'SecretBinary'],
  ListHostedZones: ['IsTruncated'],
  ListResourceRecordSets: ['IsTruncated'],
  ListTagsForResources: ['ResourceTagSets'],
  PutEvents: ['Entries'],
  PutObject: ['ETag'],
  Scan: ['Items', 'Count'],
  SendMessage: ['MessageId'],
};

/** The operations of which this is known. */
export const KNOWN_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(ALWAYS));

const CALLED: Readonly<Record<string, string>> = { Route53: 'Route 53', SecretsManager: 'Secrets Manager' };

/** What came is not an answer of the service that was asked. */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer';
  /** As a connection that breaks off: whether a change was carried out is not known. */
  readonly code = 'UnreadableAnswer';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(asked: Asked, { statusCode, headers }: Answer, cause?: unknown) {
    const type = headers['content-type']?.replace(/;.*/s, '') || 'no content type';
    super(
      `${asked.operation}: what answered at ${asked.host} is not ${asked.service} (HTTP ${statusCode}, ${type}): what stands between (a proxy, AWS_ENDPOINT_URL)?`,
      { cause },
    );
    this.$metadata = { httpStatusCode: statusCode };
  }
}

interface Asked {
  readonly host: string;
  readonly operation: string;
  readonly service: string;
}

interface Answer {
  readonly body?: unknown;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the SDK says to whoever writes a program, behind an error that it met while it read an answer. */
const FOR_DEBUGGING = /\n\s*Deserialization error: to see the raw response.*$/s;

/** Makes a client believe the service that it asks only. */
export const believable: Plugin = {
  applyToStack: stack =>
    stack.add(
      (next, { clientName = '', commandName = '' }) =>
        async args => {
          const operation = commandName.replace(/Command$/, '');
          const service = clientName.replace(/Client$/, '');
          const { hostname: host } = args.request as { hostname: string };
          const asked = { host, operation, service: CALLED[service] ?? service };
          const { response, output } = await next(args).catch(error => {
            if (!ofService(error)) throw new ForeignAnswer(asked, error.$response, error);
            error.message = wordsOf(error);
            // What is said of a batch is taken apart before it is told.
            if (operation !== 'ChangeResourceRecordSets') error.message = clipped(error.message);
            throw error;
          });
          const answer = response as Answer;
          if (hasAlways(ALWAYS[operation], output, answer)) return { response, output };
          // Of an object nobody has read the body yet.
          (answer.body as { destroy?(): void } | undefined)?.destroy?.();
          throw new ForeignAnswer(asked, answer);
        },
      // Outside of what reads the answer, and inside of what tries again.
      { step: 'deserialize', name: 'believable', priority: 'high', override: true },
    ),
};

/** What the SDK puts where an answer says nothing, by protocol. */
const NOTHING = /^(Unknown(Error)?)?$/;

function wordsOf({ message, name, $response, $metadata }: SdkError): string {
  if (!NOTHING.test(message)) return message.replace(FOR_DEBUGGING, '');
  const status = $response?.statusCode ?? $metadata?.httpStatusCode;
  return status === undefined ? message : `HTTP ${status} without a word (${name})`;
}

function hasAlways(always: (typeof ALWAYS)[string] | undefined, output: object, { statusCode }: Answer): boolean {
  if (always === undefined) return true;
  if ('status' in always) return statusCode === always.status;
  return always.some(member => (output as Record<string, unknown>)[member] !== undefined);
}

type SdkError = Error & { readonly $response?: Answer; readonly $metadata?: { readonly httpStatusCode?: number } };

/** A fault of the way is none of the answer's. A page is no service's, and neither is a success that cannot be read. */
function ofService(error: SdkError): boolean {
  const { $response: answer } = error;
  if (answer === undefined || awsFaultOf(error) === 'network') return true;
  if (/html/.test(answer.headers['content-type'] ?? '')) return false;
  return !(error instanceof SyntaxError) && answer.statusCode >= 300;
}
