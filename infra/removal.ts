import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  GetEventSourceMappingCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { awsClient } from '../lib/aws/index.ts';
import { pageGuard } from '../lib/pages.ts';

/** What is left to CloudFormation, and how long the last run may take. */
export interface Removal {
  readonly config: Pick<S3ClientConfig, 'region' | 'credentials'>;
  readonly stack: string;
  /** Seconds that a run may take. */
  readonly timeout: number;
}

/** Milliseconds. */
const POLL_MS = 1_000;

/** A lease is renewed every 3 s while its run lives (lib/reconcile/shards.ts); what is older was left by one that was killed. */
const LEASE_MS = 10_000;

/**
 * What has to be done before CloudFormation can delete the stack: nothing may start a run any more, the one at work may
 * end, and then the bucket is emptied, which holds nothing but copies. In another order a run fills the bucket again
 * while it is deleted, and the deletion fails.
 */
export async function prepareRemoval(removal: Removal): Promise<void> {
  const { config } = removal;
  const ids = await physicalIds(awsClient(CloudFormationClient, config), removal.stack);
  const lambda = awsClient(LambdaClient, config);
  const [mapping] = ids.get('AWS::Lambda::EventSourceMapping') ?? [];
  if (mapping) await stopSource(lambda, mapping.id);
  const reconcile = ids.get('AWS::Lambda::Function')?.find(({ name }) => name === 'ReconcileLambdaFunction');
  if (reconcile) await stopFunction(lambda, reconcile.id);
  const bucket = ids.get('AWS::S3::Bucket')?.find(({ name }) => name === 'StateBucket');
  if (bucket) await emptyBucket(awsClient(S3Client, config), bucket.id, Date.now() + removal.timeout * 1000);
}

/** Turned off, the mapping still hands over what it holds, and says `Disabling` until then. */
async function stopSource(lambda: LambdaClient, UUID: string): Promise<void> {
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  for (let wait = 0; wait < 60; wait++) {
    const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (State === 'Disabled') return;
    await sleep(POLL_MS);
  }
}

/** Nought is what every account may reserve: nobody starts a run by hand either. */
async function stopFunction(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
}

/** @throws Error when an object cannot be deleted, or is there again and again */
async function emptyBucket(s3: S3Client, Bucket: string, untilMs: number): Promise<void> {
  const guard = pageGuard(why => new Error(`${Bucket} cannot be emptied: ${why}`));
  let last: string | undefined;
  for (let emptied = 1; ; emptied++) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return;
    const fresh = Contents.some(
      ({ Key, LastModified }) => /(^|\/)lease\//.test(Key ?? '') && Date.now() - Number(LastModified) < LEASE_MS,
    );
    if (fresh && Date.now() < untilMs) {
      await sleep(POLL_MS);
      continue;
    }
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors[0] !== undefined) throw new Error(`${Bucket} cannot be emptied: ${Errors[0].Key}: ${Errors[0].Message}`);
    guard(`part ${emptied}`, Contents[0]?.Key !== last);
    last = Contents[0]?.Key;
  }
}

type Found = ReadonlyMap<string, readonly { readonly name: string; readonly id: string }[]>;

/** Logical and physical ids by type; none when there is no such stack, which CloudFormation tells with a ValidationError. */
async function physicalIds(client: CloudFormationClient, StackName: string): Promise<Found> {
  const found = new Map<string, { name: string; id: string }[]>();
  const guard = pageGuard(why => new Error(`the listing of ${StackName}'s resources does not end: ${why}`));
  try {
    for await (const { StackResourceSummaries = [], NextToken } of paginateListStackResources(
      { client },
      { StackName },
    )) {
      for (const {
        ResourceType = '',
        LogicalResourceId: name = '',
        PhysicalResourceId: id = '',
        ResourceStatus,
      } of StackResourceSummaries) {
        if (id !== '' && ResourceStatus !== 'DELETE_COMPLETE')
          found.set(ResourceType, [...(found.get(ResourceType) ?? []), { name, id }]);
      }
      if (NextToken !== undefined) guard(NextToken, StackResourceSummaries.length > 0);
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationError')) throw error;
  }
  return found;
}
