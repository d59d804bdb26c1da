import { copyFile, writeFile } from 'node:fs/promises';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { awsHttp } from '../lib/aws/index.ts';
import { buildAll } from '../scripts/build.ts';
import type { Deployment } from './deployment.ts';

/** The part of sls that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: { readonly custom: { readonly deployment: Deployment } };
  getProvider(name: 'aws'): {
    /** Credentials, region and connection, as sls itself uses them. */
    getAwsSdkV3Config(): Promise<Pick<S3ClientConfig, 'region' | 'credentials'>>;
    readonly naming: { getStackName(): string };
  };
}

/**
 * What sls does not do by itself: it packages a function whose bundle is missing or old without a word, and it cannot
 * remove a bucket that has something in it.
 */
export default class Plugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => build(serverless),
      'before:deploy:function:packageFunction': () => build(serverless),
      'before:remove:remove': () => emptyStateBucket(serverless),
    };
  }
}

/** The bundles, and beside each what it reads: fairlead.yml, or of it the shard of each cluster. */
async function build({ serviceDir, service }: Serverless): Promise<void> {
  const { config, shards } = service.custom.deployment;
  await buildAll();
  await copyFile(config, `${serviceDir}/dist/functions/reconcile/fairlead.yml`);
  for (const name of ['webhook', 'audit'])
    await writeFile(`${serviceDir}/dist/functions/${name}/shards.json`, JSON.stringify(shards));
}

/** The state is a copy that can be read anew, so nothing is lost. */
async function emptyStateBucket(serverless: Serverless): Promise<void> {
  const provider = serverless.getProvider('aws');
  const config = { requestHandler: awsHttp, ...(await provider.getAwsSdkV3Config()) };
  const Bucket = await physicalId(new CloudFormationClient(config), provider.naming.getStackName(), 'StateBucket');
  if (Bucket === undefined) return;
  const s3 = new S3Client(config);
  for (;;) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors[0] !== undefined) throw new Error(`${Bucket} cannot be emptied: ${Errors[0].Key}: ${Errors[0].Message}`);
  }
}

/** Undefined when there is no such stack, which CloudFormation tells with a ValidationError, or no such resource in it. */
async function physicalId(
  client: CloudFormationClient,
  StackName: string,
  resource: string,
): Promise<string | undefined> {
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
      const found = StackResourceSummaries.find(({ LogicalResourceId }) => LogicalResourceId === resource);
      if (found !== undefined) return found.PhysicalResourceId;
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationError')) throw error;
  }
  return undefined;
}
