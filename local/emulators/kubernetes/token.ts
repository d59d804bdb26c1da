import type { Credentials, Identity } from '../aws/credentials.ts';
import { queryPairs, type WireRequest } from '../aws/http.ts';
import { REGIONS } from '../aws/regions.ts';
import { AuthenticationError, verifySignature } from '../aws/sigv4.ts';

/** Why a bearer token is not one for this cluster; the API server tells its caller only `Unauthorized`. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

export interface TokenCheck {
  readonly credentials: Credentials;
  /** The EKS cluster's name, which must stand in the signed x-k8s-aws-id header. */
  readonly cluster: string;
  /** Of the cluster: says which partition's STS hosts are good. */
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const PREFIX = 'k8s-aws-v1.';
const MAX_LENGTH = 4096;
const MAX_EXPIRES = 900;
const MAX_AGE_MS = 15 * 60_000;
const CLUSTER_HEADER = 'x-k8s-aws-id';
const PARAMETERS = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/**
 * Checks an EKS bearer token as aws-iam-authenticator does before it sends the presigned GetCallerIdentity request in
 * it to STS, and then as STS does. Throws TokenError. Source: kubernetes-sigs/aws-iam-authenticator, pkg/token.
 */
export function checkToken(token: string, check: TokenCheck): Identity {
  const url = presignedUrl(token);
  const parameters = checkParameters(url);
  if (url.protocol !== 'https:') throw malformed(`unexpected scheme "${url.protocol.slice(0, -1)}" in pre-signed URL`);
  const region = stsRegion(url.host, check.region);
  if (!region) throw malformed(`unexpected hostname "${url.host}" in pre-signed URL`);
  if (url.pathname !== '/') throw malformed('unexpected path in pre-signed URL');
  checkContents(parameters, check.now);
  return askSts(url, region, check);
}

function malformed(what: string): TokenError {
  return new TokenError(`input token was not properly formatted: ${what}`);
}

function presignedUrl(token: string): URL {
  if (token.length > MAX_LENGTH) throw malformed('token is too large');
  if (!token.startsWith(PREFIX)) throw malformed(`token is missing expected "${PREFIX}" prefix`);
  const encoded = token.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw malformed('illegal base64 data');
  try {
    return new URL(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    throw malformed('the token holds no URL');
  }
}

/** By lower-case name; an unknown or repeated one is refused. */
function checkParameters(url: URL): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [key, value] of queryPairs(url.search.slice(1))) {
    const name = key.toLowerCase();
    if (parameters.has(name)) throw malformed(`duplicate query parameter found: "${key}"`);
    if (!PARAMETERS.has(name)) throw malformed(`non-whitelisted query parameter "${key}"`);
    parameters.set(name, value);
  }
  return parameters;
}

/** The region that an STS host stands for, in the partition of the cluster; undefined for any other host. */
function stsRegion(host: string, clusterRegion: string): string | undefined {
  const china = clusterRegion.startsWith('cn-');
  if (host === 'sts.amazonaws.com' && !china) return 'us-east-1';
  const [, region = '', suffix] = /^sts(?:-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)$/.exec(host) ?? [];
  const samePartition = region.startsWith('cn-') === china && (suffix === 'amazonaws.com.cn') === china;
  return samePartition && REGIONS.includes(region) ? region : undefined;
}

function checkContents(parameters: ReadonlyMap<string, string>, now: number): void {
  if (parameters.get('action') !== 'GetCallerIdentity') {
    throw malformed('unexpected action parameter in pre-signed URL');
  }
  const signed = (parameters.get('x-amz-signedheaders') ?? '').toLowerCase().split(';');
  if (!signed.includes(CLUSTER_HEADER)) {
    throw malformed(`client did not sign the ${CLUSTER_HEADER} header in the pre-signed URL`);
  }
  const expires = parameters.get('x-amz-expires') ?? '';
  if (!/^\d+$/.test(expires) || Number(expires) > MAX_EXPIRES) {
    throw malformed(`invalid X-Amz-Expires parameter in pre-signed URL: ${expires}`);
  }
  const date = parameters.get('x-amz-date') ?? '';
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(at)) throw malformed(`error parsing X-Amz-Date parameter "${date}"`);
  if (now > at + MAX_AGE_MS) throw malformed(`X-Amz-Date parameter is expired (15 minute expiration) ${date}`);
}

/** What STS would say to the request, which the authenticator sends with its own cluster's name in the header. */
function askSts(url: URL, region: string, { credentials, cluster, now }: TokenCheck): Identity {
  const request: WireRequest = {
    method: 'GET',
    path: '/',
    query: url.search.slice(1),
    headers: { host: url.host, accept: 'application/json', [CLUSTER_HEADER]: cluster },
    body: Buffer.alloc(0),
  };
  try {
    if (!/[?&]Version=2011-06-15(&|$)/.test(url.search))
      throw new TokenError('sts getCallerIdentity failed: no version');
    return verifySignature(request, { credentials, service: 'sts', now, region }).identity;
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    throw new TokenError(`sts getCallerIdentity failed: ${error.code}: ${error.message}`, { cause: error });
  }
}
