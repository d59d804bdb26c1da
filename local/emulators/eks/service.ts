import { setTimeout as sleep } from 'node:timers/promises';
import { answerCall } from '../aws/call.ts';
import type { Credentials } from '../aws/credentials.ts';
import { Faults } from '../aws/faults.ts';
import { DROPPED, type WireAnswer, type WireRequest } from '../aws/http.ts';
import { Journal } from '../aws/journal.ts';
import { type Authenticated, type AuthenticationCode, AuthenticationError, verifySignature } from '../aws/sigv4.ts';

export interface EksCluster {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  /** Of the Kubernetes API, https. */
  readonly endpoint: string;
  /** Base64 of the PEM of the cluster's certificate authority. */
  readonly caData: string;
  /** ACTIVE unless told otherwise; a cluster that is CREATING has no endpoint yet. */
  readonly status?: 'CREATING' | 'ACTIVE' | 'DELETING' | 'FAILED' | 'UPDATING';
}

class EksError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** What services with JSON protocols call a bad signature. */
const JSON_CODES: Readonly<Record<AuthenticationCode, string>> = {
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
};

const PAGE = 100;

/** EKS on the wire (REST-JSON): DescribeCluster and ListClusters. A cluster is seen in its region and account only. */
export class EksService {
  readonly faults = new Faults();
  readonly journal = new Journal();
  readonly clusters: EksCluster[] = [];
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  readonly serve = (request: WireRequest): Promise<WireAnswer | typeof DROPPED> => {
    const [, name] = /^\/clusters\/([^/]+)\/?$/.exec(request.path) ?? [];
    const operation = name ? 'DescribeCluster' : /^\/clusters\/?$/.test(request.path) ? 'ListClusters' : 'Unknown';
    return answerCall(this.journal, {
      operation,
      work: async () => {
        if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
        if (this.faults.takeDrop(operation, 'before')) return DROPPED;
        const caller = verifySignature(request, { credentials: this.#credentials, service: 'eks', now: Date.now() });
        this.#checkFaults(operation, caller);
        return name ? this.#describe(decodeURIComponent(name), caller) : this.#list(request, caller);
      },
      success: (body: object, requestId) => json(200, requestId, body),
      refusal: refusalOf,
      failure: ({ status, code, message, fields }, requestId) =>
        json(status, requestId, { message, ...fields }, { 'x-amzn-errortype': code }),
    });
  };

  #checkFaults(operation: string, { identity }: Authenticated): void {
    if (operation === 'Unknown') throw new EksError(404, 'UnknownOperationException', 'Unknown operation');
    if (this.faults.denied.has(operation) || this.faults.denied.has('*')) {
      const message = `User: ${identity.arn} is not authorized to perform: eks:${operation}`;
      throw new EksError(403, 'AccessDeniedException', message);
    }
    const injected = this.faults.takeFailure(operation);
    if (injected) {
      const code = injected.status >= 500 ? 'ServerException' : `${injected.code}Exception`;
      throw new EksError(injected.status, code, injected.message);
    }
  }

  #visible({ identity, region }: Authenticated): EksCluster[] {
    return this.clusters
      .filter(cluster => cluster.region === region && cluster.account === identity.account)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #describe(name: string, caller: Authenticated): object {
    const cluster = this.#visible(caller).find(one => one.name === name);
    if (!cluster) {
      throw new EksError(404, 'ResourceNotFoundException', `No cluster found for name: ${name}.`, {
        clusterName: name,
      });
    }
    return { cluster: description(cluster) };
  }

  #list(request: WireRequest, caller: Authenticated): object {
    const query = new URLSearchParams(request.query);
    const limit = query.get('maxResults') ?? String(PAGE);
    const count = Number(limit);
    if (!/^\d+$/.test(limit) || count < 1 || count > PAGE) {
      throw new EksError(400, 'InvalidParameterException', `maxResults must be between 1 and ${PAGE}`);
    }
    const token = query.get('nextToken');
    const from = token ? Buffer.from(token, 'base64').toString('utf8') : '';
    const names = this.#visible(caller)
      .map(cluster => cluster.name)
      .filter(name => name >= from);
    const next = names[count];
    const nextToken = next === undefined ? null : Buffer.from(next).toString('base64');
    return { clusters: names.slice(0, count), nextToken };
  }
}

function description(cluster: EksCluster): object {
  const { name, region, account, status = 'ACTIVE' } = cluster;
  const access =
    status === 'CREATING'
      ? { certificateAuthority: {} }
      : { endpoint: cluster.endpoint, certificateAuthority: { data: cluster.caData } };
  return {
    name,
    arn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
    createdAt: 1_735_689_600,
    version: '1.34',
    platformVersion: 'eks.9',
    status,
    ...access,
    roleArn: `arn:aws:iam::${account}:role/eks-cluster`,
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    resourcesVpcConfig: {
      subnetIds: ['subnet-0a1', 'subnet-0b2'],
      securityGroupIds: [],
      vpcId: 'vpc-0123456789abcdef0',
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ['0.0.0.0/0'],
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv4' },
    tags: {},
    health: { issues: [] },
  };
}

function refusalOf(error: unknown): EksError {
  if (error instanceof EksError) return error;
  if (error instanceof AuthenticationError) return new EksError(403, JSON_CODES[error.code], error.message);
  throw error;
}

function json(status: number, requestId: string, body: object, headers: Record<string, string> = {}): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(body),
  };
}
