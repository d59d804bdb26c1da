import { describe, expect, it } from 'vitest';
import { type Template, templateFaults } from '../../infra/check-template.ts';

const ENTRIES = ['dist/f/index.js', 'dist/f/package.json', 'fairlead.yml'];
const CLOSED = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
type Properties = Readonly<Record<string, unknown>>;

/** A template without fault; the arguments change properties of single resources. */
function template(change: Readonly<Record<string, Properties>> = {}): Template {
  const resource = (Type: string, id: string, properties: Properties) => ({
    [id]: { Type, Properties: { ...properties, ...change[id] } },
  });
  return {
    Resources: {
      ...resource('AWS::Lambda::Function', 'Function', {
        Handler: 'dist/f/index.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: 300,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Lost', 'Arn'] } },
      }),
      ...resource('AWS::SQS::Queue', 'Queue', {
        QueueName: 'q.fifo',
        FifoQueue: true,
        VisibilityTimeout: 360,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
      }),
      ...resource('AWS::SQS::Queue', 'Dead', { QueueName: 'dead.fifo', FifoQueue: true }),
      ...resource('AWS::SQS::Queue', 'Lost', { QueueName: 'lost' }),
      ...resource('AWS::Lambda::EventSourceMapping', 'Mapping', {
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
        BatchSize: 10,
      }),
      ...resource('AWS::S3::Bucket', 'Bucket', { BucketEncryption: {}, PublicAccessBlockConfiguration: CLOSED }),
      ...resource('AWS::IAM::Role', 'Role', {
        Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['sqs:ReceiveMessage'] }] } }],
      }),
    },
  };
}

const policy = (Action: string | readonly string[], Effect = 'Allow') => ({
  Policies: [{ PolicyDocument: { Statement: [{ Effect, Action }] } }],
});

describe('a template that can be deployed', () => {
  it('has no fault', () => {
    expect(templateFaults(template(), { Function: ENTRIES })).toEqual([]);
  });

  it('may deny everything', () => {
    expect(templateFaults(template({ Role: policy('s3:*', 'Deny') }), { Function: ENTRIES })).toEqual([]);
  });
});

/** A template in which the function has a URL, with permissions for everybody. */
function withUrl(AuthType: string, ...actions: readonly string[]): Template {
  const FunctionName = { 'Fn::GetAtt': ['Function', 'Arn'] };
  const { Resources } = template({ Function: { DeadLetterConfig: undefined } });
  const permissions = actions.map((Action, index) => [
    `Permission${index}`,
    { Type: 'AWS::Lambda::Permission', Properties: { FunctionName, Principal: '*', Action } },
  ]);
  const Url = { Type: 'AWS::Lambda::Url', Properties: { AuthType, TargetFunctionArn: FunctionName } };
  return { Resources: { ...Resources, Url, ...Object.fromEntries(permissions) } };
}

describe('a function with a URL', () => {
  const [CALL_URL, CALL] = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];
  it.each([
    ['open to everybody, with both rights, has no fault', withUrl('NONE', CALL_URL, CALL), []],
    ['open without the second right', withUrl('NONE', CALL_URL), ['Url: callers have no right lambda:InvokeFunction']],
    ['checked by IAM has no fault', withUrl('AWS_IAM'), []],
    ['that lets everybody past IAM', withUrl('AWS_IAM', CALL), ['Url: everybody has the right lambda:InvokeFunction']],
  ])('%s', (_rule, made, faults) => {
    expect(templateFaults(made, { Function: ENTRIES })).toEqual(faults);
  });
});

describe('what sls lets pass is found', () => {
  it.each([
    ['a handler that is not in the zip', {}, ENTRIES.slice(1), /no dist\/f\/index\.js/],
    ['an ESM bundle without its package.json', {}, ENTRIES.slice(0, 1), /no package\.json beside the handler/],
    [
      'a handler that is named wrong',
      { Function: { Handler: 'dist/f/main.handler' } },
      ENTRIES,
      /no dist\/f\/main\.js/,
    ],
    [
      'a file that the function is told of and that is not in its zip',
      { Function: { Environment: { Variables: { FAIRLEAD_SHARDS: 'dist/f/shards.json' } } } },
      ENTRIES,
      /no dist\/f\/shards\.json \(FAIRLEAD_SHARDS\)/,
    ],
    ['another runtime', { Function: { Runtime: 'nodejs22.x' } }, ENTRIES, /nodejs22\.x/],
    ['another architecture', { Function: { Architectures: ['x86_64'] } }, ENTRIES, /x86_64/],
    ['a function without dead-letter queue', { Function: { DeadLetterConfig: undefined } }, ENTRIES, /dead-letter/],
    ['a FIFO queue without its suffix', { Queue: { QueueName: 'q' } }, ENTRIES, /must end with \.fifo/],
    [
      'a FIFO queue with a standard dead-letter queue',
      { Dead: { QueueName: 'dead', FifoQueue: false } },
      ENTRIES,
      /a FIFO queue/,
    ],
    [
      'messages hidden for less than the timeout',
      { Queue: { VisibilityTimeout: 30 } },
      ENTRIES,
      /hidden for 30 s.*300 s/,
    ],
    ['a queue without dead-letter queue', { Queue: { RedrivePolicy: undefined } }, ENTRIES, /no dead-letter queue/],
    ['a batch larger than FIFO gives', { Mapping: { BatchSize: 11 } }, ENTRIES, /at most 10 messages/],
    [
      'a batching window on a FIFO queue',
      { Mapping: { MaximumBatchingWindowInSeconds: 1 } },
      ENTRIES,
      /no batching window/,
    ],
    [
      'a bucket open to the public',
      { Bucket: { PublicAccessBlockConfiguration: undefined } },
      ENTRIES,
      /open to the public/,
    ],
    [
      'a bucket that is half closed',
      { Bucket: { PublicAccessBlockConfiguration: { ...CLOSED, IgnorePublicAcls: false } } },
      ENTRIES,
      /: IgnorePublicAcls must/,
    ],
    ['a bucket that is not encrypted', { Bucket: { BucketEncryption: undefined } }, ENTRIES, /not encrypted/],
    ['a wildcard action', { Role: policy(['sqs:*']) }, ENTRIES, /wildcard action sqs:\*/],
    [
      'a policy that IAM finds too long',
      { Role: policy(Array.from({ length: 450 }, (_, n) => `sqs:SomeLongAction${n}`)) },
      ENTRIES,
      /1\d{4} characters instead of 10240 at most/,
    ],
    ['a wildcard action that is not in a list', { Role: policy('*') }, ENTRIES, /wildcard action \*/],
  ])('%s', (_rule, change, entries, fault) => {
    const faults = templateFaults(template(change), { Function: entries });
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  it('a template without a function', () => {
    expect(templateFaults({ Resources: {} }, {})).toEqual(['there is no function']);
  });
});
