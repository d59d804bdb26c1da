import type { Clock } from '../clock.ts';
import type { ClusterConfig } from '../config/config.ts';
import { openConnection, type Peer, type Timeouts, type WritingConnection } from './connection.ts';
import { type Account, type CredentialsInput, createEks, type Eks } from './eks.ts';
import { kubeConfigForEks, kubeConfigFromFile } from './kubeconfig.ts';
import { createTokenSource } from './token.ts';

export interface AccessOptions {
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  /** Milliseconds for which endpoint and CA of a cluster are taken as described before. */
  readonly keepMs: number;
  /** The caller's own AWS credentials; absent: the SDK's default chain. */
  readonly credentials?: CredentialsInput | undefined;
}

/** The ways to the clusters, kept between the runs of one process. */
export interface Access {
  /** @throws ClusterError when there is no way to the cluster; the signal's reason when it is aborted. */
  connect(cluster: ClusterConfig, signal?: AbortSignal): Promise<WritingConnection>;
  /** Forgets endpoint, CA, token and connections of a cluster, so that the next `connect` finds them out anew. */
  drop(cluster: ClusterConfig): void;
}

export function createAccess(options: AccessOptions): Access {
  const open = new Map<string, { connection: WritingConnection; until: number }>();
  const accounts = new Map<string, Eks>();
  const eksOf = ({ region, roleArn, externalId }: Account): Eks => {
    const key = JSON.stringify([region, roleArn, externalId]);
    const eks = accounts.get(key) ?? createEks({ region, roleArn, externalId } as Account, options.credentials);
    accounts.set(key, eks);
    return eks;
  };
  const drop = (cluster: ClusterConfig) => {
    open.get(keyOf(cluster))?.connection.close();
    open.delete(keyOf(cluster));
  };
  return {
    drop,
    async connect(cluster, signal) {
      const before = open.get(keyOf(cluster));
      const now = options.clock.now();
      if (before && now < before.until) return before.connection;
      drop(cluster);
      const connection =
        cluster.kubeconfig === undefined
          ? await connectEks(cluster, eksOf(cluster), options, signal)
          : await connectFile({ ...cluster, kubeconfig: cluster.kubeconfig }, options);
      open.set(keyOf(cluster), { connection, until: now + options.keepMs });
      return connection;
    },
  };
}

function keyOf({ name, eksName, region, roleArn, externalId, kubeconfig, context }: ClusterConfig): string {
  return JSON.stringify([name, eksName, region, roleArn, externalId, kubeconfig, context]);
}

async function connectEks(
  { name, eksName = name }: ClusterConfig,
  eks: Eks,
  { clock, timeouts }: AccessOptions,
  signal?: AbortSignal,
): Promise<WritingConnection> {
  const access = await eks.describe(eksName, signal);
  const region = await eks.region();
  const token = createTokenSource({ cluster: eksName, region, credentials: () => eks.credentials(eksName), clock });
  const hint = access.public
    ? 'let its public access CIDRs and the network of fairlead through'
    : "its endpoint is private: run fairlead in the cluster's VPC, with a security group that the cluster lets in";
  return openConnection(await kubeConfigForEks(name, access, token), { label: `cluster ${name}`, hint }, timeouts);
}

async function connectFile(
  cluster: ClusterConfig & { readonly kubeconfig: string },
  { timeouts }: AccessOptions,
): Promise<WritingConnection> {
  const peer: Peer = { label: `cluster ${cluster.name}`, hint: `check the server in ${cluster.kubeconfig}` };
  return openConnection(await kubeConfigFromFile(cluster), peer, timeouts);
}
