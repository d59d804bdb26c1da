import { SignatureV4 } from '@smithy/signature-v4';
import { dnsSuffix } from '../aws/dns-suffix.ts';
import { Sha256 } from '../aws/sha256.ts';
import type { Clock } from '../clock.ts';

/** The part of AWS credentials that signs. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A bearer token that is good for the next request. */
export type TokenSource = () => Promise<string>;

export interface TokenOptions {
  /** The EKS cluster's name; signed into the token, so that it is of no use for another cluster. */
  readonly cluster: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly clock: Clock;
}

const PREFIX = 'k8s-aws-v1.';

/** Seconds in X-Amz-Expires. STS ignores it; authenticators up to 0.3.0 took 0 to 60 only. */
const PRESIGN_EXPIRES = 60;

/**
 * How long one token is used. The authenticator takes it for 15 minutes from X-Amz-Date, whatever X-Amz-Expires says
 * (aws-iam-authenticator, pkg/token/token.go, presignedURLExpiration); the rest is for clocks that differ and for the
 * listing that begins with it.
 */
const KEEP_MS = 10 * 60_000;

/**
 * Tokens for one EKS cluster. A token is used again for ten minutes, because the authenticator keeps what STS said about
 * it; it is renewed earlier when the credentials change or end.
 *
 * @returns a source whose calls throw what `credentials` throws.
 */
export function createTokenSource({ cluster, region, credentials, clock }: TokenOptions): TokenSource {
  let kept: { signer: string; until: number; token: Promise<string> } | undefined;
  return async () => {
    const current = await credentials();
    const now = clock.now();
    const signer = `${current.accessKeyId} ${current.sessionToken ?? ''}`;
    if (kept === undefined || kept.signer !== signer || now >= kept.until) {
      const until = Math.min(now + KEEP_MS, current.expiration?.getTime() ?? Number.POSITIVE_INFINITY);
      kept = { signer, until, token: signToken(cluster, region, current, new Date(now)) };
    }
    return kept.token;
  };
}

/**
 * The token that aws-iam-authenticator (the one inside EKS) takes: a presigned STS GetCallerIdentity request whose
 * signature covers the `x-k8s-aws-id` header, in unpadded base64url.
 */
export async function signToken(
  cluster: string,
  region: string,
  credentials: AwsCredentials,
  at: Date,
): Promise<string> {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256, applyChecksum: false });
  const hostname = stsHost(region);
  const { query } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: PRESIGN_EXPIRES, signingDate: at },
  );
  const pairs = Object.entries(query ?? {}).map(([key, value]) => `${encode(key)}=${encode(String(value))}`);
  return PREFIX + Buffer.from(`https://${hostname}/?${pairs.join('&')}`).toString('base64url');
}

/** The regional STS host, never another endpoint: the authenticator takes no token for any host but AWS's own. */
export const stsHost = (region: string): string => `sts.${region}.${dnsSuffix(region)}`;

/** RFC 3986 percent-encoding, as SigV4 signs it. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
