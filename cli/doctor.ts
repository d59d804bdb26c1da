import { randomBytes } from 'node:crypto';
import type { Resolver } from 'node:dns/promises';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsClient } from '../lib/aws/index.ts';
import { fromSecretsManager, fromSsm } from '../lib/aws/secret-stores.ts';
import { probeCluster } from '../lib/cluster/index.ts';
import type { Config } from '../lib/config/config.ts';
import { configsOf, loadConfig } from '../lib/config/index.ts';
import { checksOf, type DoctorPorts, examine } from '../lib/doctor/index.ts';
import type { Check } from '../lib/model/index.ts';
import { once } from '../lib/once.ts';
import { printableJson } from '../lib/printable.ts';
import { composePorts, findingsIn, leftIn, lookAtAllKept, zonesPortOf } from '../lib/reconcile/index.ts';
import { formatChecks } from '../lib/report/checks.ts';
import { probeBus } from '../lib/stream.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, print, textOptions } from './output.ts';
import { isNone, resolverAt } from './public-dns.ts';
import { eventBusOf } from './stream.ts';
import { version } from './version.ts';

export interface DoctorOptions extends GlobalOptions {
  readonly stack?: string;
  /** The DNS server that is asked; absent: those of the system. */
  readonly dnsServer?: string;
}

/** `fairlead doctor`: exit 0 when nothing is bad, 2 when something is, 1 when the config cannot be used. */
export function runDoctor(options: DoctorOptions): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    const ports = composeDoctor(config, { env, credentials }, options);
    const checks = [...program(options.config, config), ...(await examine(config, ports, options))];
    await print(options.json ? printableJson({ checks }) : formatChecks(checks, textOptions(options)));
    return checks.some(({ status }) => status === 'bad') ? EXIT.unpublished : EXIT.inStep;
  });
}

function program(file: string, config: Config): Check[] {
  const { clusters, sources, policy, views } = config;
  const policies =
    views.length === 0 ? `policy ${policy}` : views.map(view => `view ${view.name}: policy ${view.policy}`).join(', ');
  const { ok } = checksOf('program', 'fairlead');
  return [
    ok(`fairlead ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`),
    checksOf('program', file).ok(
      `is valid: ${clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`}, sources ${sources.join(', ')}, ${policies}`,
    ),
  ];
}

type Aws = Awaited<ReturnType<typeof terminalAws>>;

export function composeDoctor(config: Config, { env, credentials }: Aws, { dnsServer }: DoctorOptions): DoctorPorts {
  const region = env.AWS_REGION ?? 'us-east-1';
  const aws = { region, credentials };
  const world = composePorts(config, env, credentials);
  const { route53, store, keys } = world;
  const kept = once(() => lookAtAllKept({ config, ports: world }));
  const bus = eventBusOf(env);
  const resolver = resolverAt(dnsServer ?? true, '--dns-server');
  return {
    route53,
    zonesOf: view => zonesPortOf(view, config, world).route53,
    store,
    left: async () => leftIn(await kept(), config),
    findings: async () => {
      const look = await kept();
      return look && findingsIn(look);
    },
    ...(keys && config.registry.encryptionKeys.length > 0 && { keys }),
    async identity() {
      const { Account = '', Arn = '' } = await awsClient(STSClient, aws).send(new GetCallerIdentityCommand({}));
      return { account: Account, arn: Arn };
    },
    probe: (cluster, whole) =>
      probeCluster(cluster, {
        sources: whole.sources,
        namespaces: namespacesOf(whole),
        credentials,
        events: whole.kubernetesEvents,
      }),
    nameServers: zone => nameServersOf(zone, resolver),
    ...(bus !== undefined && { eventBus: { arn: bus, probe: () => probeBus(bus, credentials) } }),
    messages: queue => messagesIn(awsClient(SQSClient, aws), queue),
    environmentOf: name => environmentOf(awsClient(LambdaClient, aws), name),
    secretIn: ({ store: secrets, name }) => (secrets === 'ssm' ? fromSsm(name, aws) : fromSecretsManager(name, aws)),
    now: Date.now,
    random: () => randomBytes(6).toString('hex'),
  };
}

/** Those of all views; none: all. */
function namespacesOf(config: Config): string[] {
  const each = configsOf(config).map(one => one.config.filters.namespaces);
  return each.some(({ length }) => length === 0) ? [] : [...new Set(each.flat())];
}

/** Of a name that public DNS does not know there are none; any other fault is told. */
async function nameServersOf(zone: string, resolver: Resolver): Promise<string[]> {
  try {
    return await resolver.resolveNs(zone);
  } catch (error) {
    if (isNone(error)) return [];
    throw error;
  }
}

async function messagesIn(sqs: SQSClient, QueueName: string): Promise<number | undefined> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const AttributeNames = ['ApproximateNumberOfMessages'] as const;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  } catch (error) {
    if ((error as Error).name.includes('NonExistentQueue') || (error as Error).name === 'QueueDoesNotExist')
      return undefined;
    throw error;
  }
}

async function environmentOf(lambda: LambdaClient, FunctionName: string): Promise<Record<string, string> | undefined> {
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return Environment?.Variables ?? {};
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
