import { randomUUID } from 'node:crypto';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { accountOf, awsHttp, believable } from '../aws/index.ts';
import { systemClock } from '../clock.ts';
import {
  type CredentialsInput,
  createClusterAccess,
  createClusterReader,
  createEventWriter,
} from '../cluster/index.ts';
import type { Config } from '../config/config.ts';
import { aliasZoneOf, createAwsRoute53, createBudget, type RequestBudget } from '../route53/index.ts';
import { createFolderStore, createMemoryStore, createS3Store, type StateStore } from '../state/index.ts';
import { keysFrom } from './keys.ts';
import type { Ports, ZonesPort } from './ports.ts';

/** The part of the environment that the AWS SDK does not read by itself. */
interface Environment {
  readonly AWS_REGION?: string | undefined;
  readonly AWS_DEFAULT_REGION?: string | undefined;
  readonly AWS_LAMBDA_FUNCTION_NAME?: string | undefined;
  /** A key of the registry may be in any variable. */
  readonly [name: string]: string | undefined;
}

/**
 * The real world for a run: AWS, the clusters and the state store that the config names. Made once a process, so that a
 * warm Lambda keeps its connections, tokens, request budget and copies.
 *
 * @param credentials the caller's own, with which roles are assumed too; absent: the SDK's default chain
 */
export function composePorts(config: Config, env: Environment, credentials?: CredentialsInput): Ports {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1';
  const access = createClusterAccess(credentials);
  const reader = createClusterReader({ limits: config.limits, access });
  const zonesOf = zonePorts(config, region, credentials);
  return {
    ...zonesOf(config.zones),
    zonesOf,
    readCluster: (cluster, sources, page, restart, signal, reading) =>
      reader(
        cluster,
        {
          sources,
          page,
          restart,
          needs: source => reading.needs(source),
          namespaces: resource => reading.namespaces(resource),
          unread: (resource, because) => reading.unread(resource, because),
        },
        signal,
      ),
    keys: keysFrom(config.registry.encryptionKeys, {
      env,
      clock: systemClock,
      region,
      ...(credentials && { credentials }),
    }),
    store: openStore(config, { region, ...(credentials && { credentials }) }),
    aliasZoneOf,
    clock: systemClock,
    holder: `${process.pid}-${randomUUID().slice(0, 8)}`,
    ...(config.kubernetesEvents && {
      writeEvents: createEventWriter({ access, instance: env.AWS_LAMBDA_FUNCTION_NAME ?? 'fairlead' }),
    }),
  };
}

/** One Route 53 a role, and one budget an account, as far as the role tells. */
function zonePorts(config: Config, region: string, own?: CredentialsInput): NonNullable<Ports['zonesOf']> {
  const ports = new Map<string, ZonesPort>();
  const budgets = new Map<string, RequestBudget>();
  const budgetOf = (account: string) => {
    const budget = budgets.get(account) ?? createBudget(config.budget, systemClock);
    budgets.set(account, budget);
    return budget;
  };
  return ({ roleArn, externalId }) => {
    const key = JSON.stringify([roleArn, externalId]);
    const known = ports.get(key);
    if (known) return known;
    const role = { ...(roleArn !== undefined && { roleArn }), ...(externalId !== undefined && { externalId }) };
    const port = {
      route53: createAwsRoute53({ region, ...zoneCredentials(role, region, own) }),
      budget: budgetOf(accountOf(roleArn)),
    };
    ports.set(key, port);
    return port;
  };
}

/** The hosted zones of another account are reached in a role of it. */
function zoneCredentials(
  { roleArn, externalId }: Pick<Config['zones'], 'roleArn' | 'externalId'>,
  region: string,
  own?: CredentialsInput,
) {
  if (roleArn === undefined) return own ? { credentials: own } : {};
  const params = {
    RoleArn: roleArn,
    RoleSessionName: 'fairlead',
    ...(externalId !== undefined && { ExternalId: externalId }),
  };
  const client = { clientConfig: { region, requestHandler: awsHttp }, clientPlugins: [believable] };
  return { credentials: fromTemporaryCredentials({ params, ...client, ...(own && { masterCredentials: own }) }) };
}

/** A bucket may be in another region than the clusters: S3 says in which. */
function openStore({ state: { store } }: Config, aws: { region: string; credentials?: CredentialsInput }): StateStore {
  if (store.kind === 's3') return createS3Store(store.bucket, store.prefix, { ...aws, followRegionRedirects: true });
  return store.kind === 'folder' ? createFolderStore(store.path) : createMemoryStore();
}
