import { copyFile, writeFile } from 'node:fs/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { awsClient } from '../lib/aws/index.ts';
import { buildAll } from '../scripts/build.ts';
import { configForLambda, type Deployment } from './deployment.ts';
import { checkKeyVariables, type Environment } from './key-variables.ts';
import { nextSteps } from './next-steps.ts';
import { prepareRemoval, type Removal } from './removal.ts';

/** The part of sls that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly custom: { readonly deployment: Deployment };
    /** What is deployed, of the function that `sls deploy function` is about. */
    readonly provider: {
      readonly environment?: Environment;
      readonly remoteFunctionData?: { readonly Configuration: { readonly Role: string } };
    };
    readonly functions?: { readonly reconcile?: { readonly environment?: Environment } };
    getFunction(name: string): { role?: unknown };
  };
  getProvider(name: 'aws'): {
    /** Credentials, region and connection, as sls itself uses them. */
    getAwsSdkV3Config(): Promise<Removal['config']>;
    getStage(): string;
    getRegion(): string;
    readonly naming: { getStackName(): string };
  };
}

/** Of the command line. */
interface Options {
  readonly function?: string;
}

/**
 * What sls does not do by itself: it packages a function whose bundle is missing or old without a word, it cannot read the
 * role of a single function that it deploys, and it cannot remove a bucket that has something in it.
 */
export default class Plugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless, options: Options = {}) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => build(serverless),
      'before:deploy:function:packageFunction': async () => {
        keepRole(serverless, options);
        await build(serverless);
      },
      'after:deploy:deploy': () => tellNextSteps(serverless),
      'before:remove:remove': () => remove(serverless),
    };
  }
}

/** The bundles, and beside each what it reads: fairlead.yml, or of it the shard of each cluster. */
async function build(serverless: Serverless): Promise<void> {
  const { serviceDir, service } = serverless;
  const { config, shards } = service.custom.deployment;
  const environment = { ...service.provider.environment, ...service.functions?.reconcile?.environment };
  checkKeyVariables(configForLambda(config, serverless.getProvider('aws').getRegion()), environment);
  await buildAll();
  await copyFile(config, `${serviceDir}/dist/functions/reconcile/fairlead.yml`);
  for (const name of ['webhook', 'audit'])
    await writeFile(`${serviceDir}/dist/functions/${name}/shards.json`, JSON.stringify(shards));
}

/**
 * `sls deploy function` changes the code and settings of one function, without CloudFormation, and of roles it knows names
 * and Fn::GetAtt only. Its role is the one that it has: rights come with `sls deploy`.
 */
function keepRole({ service }: Serverless, options: Options): void {
  const role = service.provider.remoteFunctionData?.Configuration.Role;
  if (options.function !== undefined && role !== undefined) service.getFunction(options.function).role = role;
}

/** What to do now, with what the stack has made: nobody should have to look for an ARN. */
async function tellNextSteps(serverless: Serverless): Promise<void> {
  const provider = serverless.getProvider('aws');
  const { config: file, paused } = serverless.service.custom.deployment;
  const [stage, region] = [provider.getStage(), provider.getRegion()];
  const client = awsClient(CloudFormationClient, await provider.getAwsSdkV3Config());
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: provider.naming.getStackName() }));
  const outputs = (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  const deployed = {
    config: configForLambda(file, region),
    stage,
    region,
    paused,
    outputs: Object.fromEntries(outputs),
  };
  const steps = nextSteps(deployed).map(({ title, commands }) => [`${title}:`, ...commands.map(line => `  ${line}`)]);
  process.stdout.write(
    `\nWhat comes next (docs/install.md has the whole of it):\n\n${steps.map(lines => lines.join('\n')).join('\n\n')}\n`,
  );
}

async function remove(serverless: Serverless): Promise<void> {
  const provider = serverless.getProvider('aws');
  const config = await provider.getAwsSdkV3Config();
  const { timeout } = serverless.service.custom.deployment;
  await prepareRemoval({ config, stack: provider.naming.getStackName(), timeout });
}
