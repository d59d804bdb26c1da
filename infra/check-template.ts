/** A compiled CloudFormation template, as far as it is looked at. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
}

type Properties = Readonly<Record<string, unknown>>;

/** What is in the zip of each function, by the function's logical id: the paths of its entries. */
export type Zips = Readonly<Record<string, readonly string[]>>;

/**
 * What sls lets pass and AWS does not, or only at the first invocation. Returns a sentence for each fault: none, when the
 * template and the zips can be deployed.
 */
export function templateFaults({ Resources }: Template, zips: Zips): readonly string[] {
  const of = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  return [
    ...(of('AWS::Lambda::Function').length === 0 ? ['there is no function'] : []),
    ...of('AWS::Lambda::Function').flatMap(([id, { Properties = {} }]) =>
      functionFaults(id, Properties, zips[id] ?? [], urlOf(id, Resources) !== undefined),
    ),
    ...of('AWS::Lambda::Url').flatMap(([id, { Properties = {} }]) => urlFaults(id, Properties, Resources)),
    ...of('AWS::SQS::Queue').flatMap(([id, { Properties = {} }]) => queueFaults(id, Properties, Resources)),
    ...of('AWS::Lambda::EventSourceMapping').flatMap(([id, { Properties = {} }]) =>
      mappingFaults(id, Properties, Resources),
    ),
    ...of('AWS::S3::Bucket').flatMap(([id, { Properties = {} }]) => bucketFaults(id, Properties)),
    ...of('AWS::IAM::Role').flatMap(([id, { Properties = {} }]) => roleFaults(id, Properties)),
  ];
}

/** Files that functions are told of in their environment. */
const FILES = ['FAIRLEAD_CONFIG', 'FAIRLEAD_SHARDS'];

/** `answering`: it is invoked over its URL, where the caller gets the error and nothing is left for a dead-letter queue. */
function functionFaults(id: string, properties: Properties, entries: readonly string[], answering: boolean) {
  const module = String(properties.Handler).replace(/\.[^./]+$/, '.js');
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => holds || faults.push(`${id}: ${fault}`);
  must(entries.includes(module), `its zip has no ${module}, which its handler ${properties.Handler} names`);
  must(entries.includes(module.replace(/[^/]+$/, 'package.json')), 'its zip has no package.json beside the handler');
  must(properties.Runtime === 'nodejs24.x', `runtime ${properties.Runtime} instead of nodejs24.x`);
  must(`${properties.Architectures}` === 'arm64', `architecture ${properties.Architectures} instead of arm64`);
  must(answering || properties.DeadLetterConfig !== undefined, 'no dead-letter queue for asynchronous invocations');
  must(properties.Role !== undefined, 'no role');
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Properties };
  for (const name of FILES)
    must(!(name in Variables) || entries.includes(`${Variables[name]}`), `its zip has no ${Variables[name]} (${name})`);
  return faults;
}

/**
 * Open to everybody, a URL needs both rights; checked by IAM, nobody may be let in by name of everybody.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
function urlFaults(id: string, { AuthType, TargetFunctionArn }: Properties, resources: Template['Resources']) {
  const lambda = referenced(TargetFunctionArn);
  const open = Object.values(resources).flatMap(({ Type, Properties: { FunctionName, Principal, Action } = {} }) =>
    Type === 'AWS::Lambda::Permission' && referenced(FunctionName) === lambda && Principal === '*' ? [Action] : [],
  );
  if (AuthType === 'AWS_IAM') return open.map(action => `${id}: everybody has the right ${action}`);
  return ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']
    .filter(action => !open.includes(action))
    .map(action => `${id}: callers have no right ${action}`);
}

function urlOf(lambda: string, resources: Template['Resources']): Resource | undefined {
  return Object.values(resources).find(
    ({ Type, Properties = {} }) => Type === 'AWS::Lambda::Url' && referenced(Properties.TargetFunctionArn) === lambda,
  );
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
function queueFaults(id: string, properties: Properties, resources: Template['Resources']) {
  const fifo = properties.FifoQueue === true;
  const name = properties.QueueName;
  const faults: string[] = [];
  if (typeof name === 'string' && name.endsWith('.fifo') !== fifo)
    faults.push(`${id}: the name ${name} ${fifo ? 'must' : 'must not'} end with .fifo`);
  const redrive = properties.RedrivePolicy as { deadLetterTargetArn?: unknown } | undefined;
  const target = redrive && resources[referenced(redrive.deadLetterTargetArn) ?? ''];
  if (redrive && (target?.Properties?.FifoQueue === true) !== fifo)
    faults.push(`${id}: its dead-letter queue must be ${fifo ? 'a FIFO' : 'a standard'} queue of this template`);
  return faults;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function mappingFaults(id: string, properties: Properties, resources: Template['Resources']) {
  const queue = resources[referenced(properties.EventSourceArn) ?? '']?.Properties;
  const lambda = resources[referenced(properties.FunctionName) ?? '']?.Properties;
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => holds || faults.push(`${id}: ${fault}`);
  must(queue !== undefined, 'its queue is not in this template');
  must(lambda !== undefined, 'its function is not in this template');
  if (queue === undefined || lambda === undefined) return faults;
  const [hidden, timeout] = [Number(queue.VisibilityTimeout ?? 30), Number(lambda.Timeout ?? 3)];
  must(hidden >= timeout, `messages are hidden for ${hidden} s, less than the ${timeout} s that the function may take`);
  must(queue.RedrivePolicy !== undefined, 'its queue has no dead-letter queue');
  must(
    !(queue.FifoQueue === true && (Number(properties.BatchSize) > 10 || properties.MaximumBatchingWindowInSeconds)),
    'a FIFO queue gives at most 10 messages a batch and knows no batching window',
  );
  return faults;
}

const CLOSED = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

function bucketFaults(id: string, properties: Properties): readonly string[] {
  const closed = (properties.PublicAccessBlockConfiguration ?? {}) as Readonly<Record<string, unknown>>;
  const open = CLOSED.filter(way => closed[way] !== true);
  return [
    ...(open.length > 0 ? [`${id}: open to the public: ${open.join(', ')} must be true`] : []),
    ...(properties.BucketEncryption === undefined ? [`${id}: not encrypted`] : []),
  ];
}

/** Characters, white space left out: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_INLINE = 10_240;

function roleFaults(id: string, properties: Properties) {
  const policies = (properties.Policies ?? []) as readonly { PolicyDocument: { Statement: readonly Rights[] } }[];
  const actions = policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action);
  const size = policies.reduce((sum, { PolicyDocument }) => sum + deployedSize(PolicyDocument), 0);
  return [
    ...actions.filter(action => action.includes('*')).map(action => `${id}: the wildcard action ${action}`),
    ...(size <= MOST_INLINE
      ? []
      : [
          `${id}: its policies have ${size} characters instead of ${MOST_INLINE} at most; give the roles of clusters one name in every account, name fewer zones.domains (a domain stands for all below), or deploy twice with half of the clusters each`,
        ]),
  ];
}

/** What stands for a value that is known when it is deployed, as long as it may get. */
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::AccountId': '0'.repeat(12),
  'AWS::Region': 'ap-southeast-99',
};
const SOME_ARN = 'x'.repeat(120);

/** The characters of a policy when CloudFormation has filled it in, as IAM counts them. */
function deployedSize(document: unknown): number {
  const filled = JSON.stringify(document, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const {
      'Fn::Sub': text,
      'Fn::GetAtt': attribute,
      'Fn::Join': join,
      Ref,
    } = value as Readonly<Record<string, unknown>>;
    if (typeof text === 'string') return text.replace(/\$\{([\w:]+)\}/g, (_, name) => LONGEST[name] ?? SOME_ARN);
    if (Array.isArray(join)) return `${SOME_ARN}${SOME_ARN}`;
    return attribute === undefined && Ref === undefined ? value : SOME_ARN;
  });
  return filled.replaceAll(/\s/g, '').length;
}

interface Rights {
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

/** The logical id that a `Ref` or `Fn::GetAtt` points to. */
function referenced(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly string[] | string };
  return Ref ?? (typeof attribute === 'string' ? attribute.split('.')[0] : attribute?.[0]);
}
