import { type Cluster, DescribeClusterCommand, EKSClient, type EKSClientConfig } from '@aws-sdk/client-eks';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { awsClient, awsFaultOf, awsHttp, believable } from '../aws/index.ts';
import type { ClusterConfig } from '../config/config.ts';
import { reasonOf } from '../reason.ts';
import {
  AwsAccessError,
  ClusterNotFoundError,
  ClusterNotReadyError,
  DescribeError,
  isProgrammingError,
} from './errors.ts';
import type { AwsCredentials } from './token.ts';

/** Where an EKS cluster's API server is and how it proves itself. */
interface EksAccess {
  /** `https://…` */
  readonly endpoint: string;
  /** The CA's certificate: PEM in base64, as DescribeCluster gives it. */
  readonly caData: string;
  /** False when the API server can be reached from inside the VPC only. */
  readonly public: boolean;
  /** API, API_AND_CONFIG_MAP or CONFIG_MAP: whether access entries count. */
  readonly authenticationMode?: string;
}

/** What fairlead needs of AWS to reach the clusters of one account and region. */
export interface Eks {
  /** @throws AwsAccessError, ClusterNotFoundError, ClusterNotReadyError, DescribeError; the signal's reason. */
  describe(name: string, signal?: AbortSignal): Promise<EksAccess>;
  /** Credentials that are good now, for the token of the cluster named. @throws AwsAccessError */
  credentials(name: string): Promise<AwsCredentials>;
  region(): Promise<string>;
}

/** The clusters that share these share the client and the assumed role. */
export type Account = Pick<ClusterConfig, 'region' | 'roleArn' | 'externalId'>;

export type CredentialsInput = NonNullable<EKSClientConfig['credentials']>;

/**
 * EKS through the AWS SDK with the standard settings (region, profile, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_EKS`,
 * `…_STS`), in the role assumed when there is one. Its credentials sign the token too.
 *
 * @param base the caller's own credentials, assumed from; absent: the SDK's default chain.
 */
export function createEks(account: Account, base?: CredentialsInput): Eks {
  const region = account.region === undefined ? {} : { region: account.region };
  const credentials = account.roleArn === undefined ? base : assumedRole(account, account.roleArn, region, base);
  const client = awsClient(EKSClient, { ...region, ...(credentials && { credentials }) });
  const eks: Eks = {
    region: () => client.config.region(),
    async credentials(name) {
      try {
        return (await client.config.credentials()) as AwsCredentials;
      } catch (cause) {
        if (isProgrammingError(cause)) throw cause;
        throw credentialsError(name, account.roleArn, cause);
      }
    },
    async describe(name, signal) {
      await eks.credentials(name);
      const where = `cluster ${name} in ${await client.config.region()}`;
      try {
        const abort = signal && { abortSignal: signal };
        const { cluster: described } = await client.send(new DescribeClusterCommand({ name }), abort);
        return accessOf(where, described);
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        throw describeError(where, cause as Error);
      }
    },
  };
  return eks;
}

function assumedRole(
  { externalId }: Account,
  RoleArn: string,
  region: { region?: string },
  base?: CredentialsInput,
): CredentialsInput {
  return fromTemporaryCredentials({
    params: { RoleArn, RoleSessionName: 'fairlead', ...(externalId !== undefined && { ExternalId: externalId }) },
    clientConfig: { ...region, requestHandler: awsHttp },
    clientPlugins: [believable],
    ...(base && { masterCredentials: base }),
  });
}

/** EKS's states: https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html; a cluster being updated serves. */
const SERVING: readonly (string | undefined)[] = ['ACTIVE', 'UPDATING'];

function accessOf(where: string, described: Cluster | undefined): EksAccess {
  const { status, endpoint, certificateAuthority, resourcesVpcConfig, accessConfig } = described ?? {};
  if (!SERVING.includes(status)) {
    throw new ClusterNotReadyError(
      `${where} is ${status ?? 'without status'}, not ACTIVE; it is read again when it is, or take it out of \`clusters\``,
    );
  }
  if (!endpoint)
    throw new ClusterNotReadyError(`${where} has no API server endpoint yet; it is read again when it has`);
  if (!certificateAuthority?.data) {
    throw new ClusterNotReadyError(
      `${where} was described without certificateAuthority.data, so its API server cannot be verified; look at it with \`aws eks describe-cluster\``,
    );
  }
  return {
    endpoint,
    caData: certificateAuthority.data,
    public: resourcesVpcConfig?.endpointPublicAccess !== false,
    ...(accessConfig?.authenticationMode !== undefined && { authenticationMode: accessConfig.authenticationMode }),
  };
}

function credentialsError(name: string, roleArn: string | undefined, cause: unknown): AwsAccessError {
  const reason = reasonOf(cause);
  const message =
    roleArn === undefined
      ? `cluster ${name}: no usable AWS credentials: ${reason}; set AWS_PROFILE or credentials in the environment`
      : `cluster ${name}: sts:AssumeRole of ${roleArn} failed: ${reason}; allow the action on that role, and let the role's trust policy name this caller (and the externalId)`;
  return new AwsAccessError(message, { cause });
}

function describeError(where: string, cause: Error): Error {
  const reason = reasonOf(cause);
  if (cause instanceof ClusterNotReadyError) return cause;
  if (cause.name === 'ResourceNotFoundException') {
    return new ClusterNotFoundError(
      `${where} does not exist (for this account); check \`name\`, \`region\` and \`roleArn\` of the cluster in the config`,
      { cause },
    );
  }
  if (awsFaultOf(cause) === 'denied') {
    return new AwsAccessError(`${where}: eks:DescribeCluster is denied: ${reason}; allow the action on this cluster`, {
      cause,
    });
  }
  if (awsFaultOf(cause) === 'credentials') {
    return new AwsAccessError(`${where}: AWS does not accept the credentials: ${reason}; renew them`, { cause });
  }
  return new DescribeError(`${where}: eks:DescribeCluster failed: ${reason || cause.name}; the next run tries again`, {
    cause,
  });
}
