import type { AwsCredentials } from '../../lib/cluster/token.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Provider = () => Promise<AwsCredentials>;

/** Credentials are renewed when they have no longer than this, in milliseconds. */
const MARGIN = 5 * 60_000;

/**
 * The ways of a pod to AWS credentials, in the order of the SDK: environment, IRSA, EKS Pod Identity. Each is loaded when
 * it is the one. What it gives is used until it is about to end, and where it cannot be renewed to its very end.
 */
export function podCredentials(env: Env, now: () => number): Provider {
  let provider: Promise<Provider> | undefined;
  let kept: AwsCredentials | undefined;
  const left = () => (kept ? (kept.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now() : 0);
  return async () => {
    if (kept && left() > MARGIN) return kept;
    provider ??= providerFor(env);
    try {
      kept = await (await provider)();
    } catch (error) {
      provider = undefined;
      if (!kept || left() <= 0) throw error;
    }
    return kept;
  };
}

async function providerFor(env: Env): Promise<Provider> {
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) return fromEnvironment(env);
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) return (await import('./web-identity.ts')).webIdentity();
  if (env.AWS_CONTAINER_CREDENTIALS_FULL_URI) return (await import('./pod-identity.ts')).podIdentity();
  throw new Error(
    'no AWS credentials: give the service account a role by EKS Pod Identity or IRSA, and start the pod anew',
  );
}

function fromEnvironment(env: Env): Provider {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN: sessionToken } = env;
  const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return async () => ({ ...keys, ...(sessionToken && { sessionToken }) });
}
