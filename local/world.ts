import { Credentials, DEFAULT_ACCOUNT, type Identity } from './emulators/aws/credentials.ts';
import { oneEndpoint } from './emulators/aws/endpoint.ts';
import { serveHttp, stopServer } from './emulators/aws/http.ts';
import { type DnsServer, startDns } from './emulators/dns/server.ts';
import { EksService } from './emulators/eks/service.ts';
import { type LocalCluster, startCluster } from './emulators/kubernetes/cluster.ts';
import type { HostedZone, ZoneOptions } from './emulators/route53/hosted-zone.ts';
import type { ZoneJson } from './emulators/route53/json.ts';
import { Route53Service } from './emulators/route53/service.ts';
import { Route53Store } from './emulators/route53/store.ts';
import type { Throttle } from './emulators/route53/throttle.ts';
import { S3Service } from './emulators/s3/service.ts';
import { SqsService } from './emulators/sqs/service.ts';
import { type Role, StsService } from './emulators/sts/service.ts';

export interface WorldOptions {
  /** TCP port of the AWS endpoint; a free one when absent. */
  readonly port?: number;
  /** UDP and TCP port of the DNS server; a free one when absent. */
  readonly dnsPort?: number;
  /** AWS_REGION of `env()`, and the region of clusters that name none. Default: us-east-1. */
  readonly region?: string;
  /** Route 53's limits for each account; default: the real ones; `false`: none. */
  readonly throttle?: Throttle | false;
  /** MAX_RRSETS_BY_ZONE; default: 10,000. */
  readonly maxRecordSets?: number;
  readonly zones?: readonly ZoneJson[];
  /** Roles that can be assumed. */
  readonly roles?: readonly Role[];
}

export interface WorldClusterOptions {
  /** Of the EKS cluster; unique in the world. */
  readonly name: string;
  readonly region?: string;
  readonly account?: string;
  /** TCP port of the Kubernetes API; a free one when absent. */
  readonly port?: number;
  /** IAM principals that are let in; absent: all whose keys are known. */
  readonly principals?: readonly string[];
}

/** AWS and Kubernetes clusters on loopback. */
export interface World {
  /** Of Route 53, STS, EKS, S3 and SQS together: what AWS_ENDPOINT_URL names. */
  readonly url: string;
  readonly region: string;
  readonly route53: Route53Service;
  readonly sts: StsService;
  readonly eks: EksService;
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly credentials: Credentials;
  /** Answers for the public zones, UDP and TCP. */
  readonly dns: DnsServer;
  /** The AWS_* variables with which a child process, or an SDK client, works in this world. */
  env(identity?: Identity): Record<string, string>;
  /** The clusters by name, in the order in which they were added. */
  readonly clusters: ReadonlyMap<string, LocalCluster>;
  addZone(options: ZoneOptions): HostedZone;
  /** Starts a Kubernetes API and makes it known to EKS. Throws Error for a name that is taken. */
  addCluster(options: WorldClusterOptions): Promise<LocalCluster>;
  addRole(role: Role): void;
  /** Stops every server. */
  close(): Promise<void>;
}

/** Whose keys `env()` gives. */
const USER: Identity = {
  accessKeyId: 'AKIALOCALWORLD000001',
  secretAccessKey: 'local/world+secret/key0000000000000000001',
  arn: `arn:aws:iam::${DEFAULT_ACCOUNT}:user/local`,
  userId: 'AIDALOCALWORLD0000001',
  account: DEFAULT_ACCOUNT,
};

/** Starts Route 53, STS, EKS, S3, SQS and DNS in this process; clusters are added later. Close it, or the process stays alive. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const region = options.region ?? 'us-east-1';
  const credentials = new Credentials();
  credentials.add(USER);
  const route53 = startRoute53(credentials, options);
  const sts = new StsService(credentials);
  for (const role of options.roles ?? []) sts.roles.set(role.arn, role);
  const eks = new EksService(credentials);
  const s3 = new S3Service(credentials);
  const sqs = new SqsService(credentials);
  const services = { route53, sts, eks, s3, sqs };
  const endpoint = oneEndpoint({
    route53: route53.serve,
    sts: sts.serve,
    eks: eks.serve,
    s3: s3.serve,
    sqs: sqs.serve,
  });
  const { server, url } = await serveHttp(endpoint, options.port);
  const dns = await startDns(route53.store, { port: options.dnsPort ?? 0 }).catch(async error => {
    await stopServer(server);
    throw error;
  });
  const clusters = new Map<string, LocalCluster>();
  const parts = { url, region, ...services, credentials, dns, clusters };
  return {
    ...parts,
    env: (identity = USER) => environment({ url, dns, region }, identity),
    addZone: zone => route53.store.addZone(zone),
    addCluster: wanted => addCluster({ ...parts, clusters }, wanted),
    addRole: role => {
      sts.roles.set(role.arn, role);
    },
    close: async () => {
      await sqs.close();
      await Promise.all([stopServer(server), dns.close(), ...[...clusters.values()].map(cluster => cluster.close())]);
    },
  };
}

function startRoute53(credentials: Credentials, options: WorldOptions): Route53Service {
  const { maxRecordSets, throttle, zones = [] } = options;
  const store = new Route53Store(maxRecordSets === undefined ? {} : { maxRecordSets });
  const route53 = new Route53Service(credentials, store);
  if (throttle !== undefined) route53.throttle = throttle || undefined;
  route53.load(zones);
  return route53;
}

async function addCluster(
  world: Pick<World, 'region' | 'credentials' | 'eks'> & { readonly clusters: Map<string, LocalCluster> },
  { account = DEFAULT_ACCOUNT, ...wanted }: WorldClusterOptions,
): Promise<LocalCluster> {
  const { name } = wanted;
  if (world.clusters.has(name)) throw new Error(`There is a cluster ${name} already: give this one another name`);
  const cluster = await startCluster({ region: world.region, ...wanted, credentials: world.credentials });
  world.clusters.set(name, cluster);
  const { region, url: endpoint, caData } = cluster;
  world.eks.clusters.push({ name, account, region, endpoint, caData });
  return cluster;
}

function environment(
  { url, dns, region }: Pick<World, 'url' | 'dns' | 'region'>,
  identity: Identity,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    FAIRLEAD_DNS_SERVER: `127.0.0.1:${dns.port}`,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    ...(identity.sessionToken !== undefined && { AWS_SESSION_TOKEN: identity.sessionToken }),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
