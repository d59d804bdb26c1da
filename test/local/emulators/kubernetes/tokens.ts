import { SignatureV4 } from '@smithy/signature-v4';
import type { Identity } from '../../../../local/emulators/aws/credentials.ts';
import { Sha256 } from '../../sha256.ts';

export interface TokenParts {
  readonly identity: Identity;
  /** Name in the x-k8s-aws-id header; null: the header is not sent. */
  readonly cluster?: string | null;
  readonly host?: string;
  readonly region?: string;
  readonly protocol?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly expiresIn?: number;
  readonly signedAt?: Date;
  readonly service?: string;
  /** More headers under the signature. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A presigned GetCallerIdentity URL, as EKS clients make it, with any part other than it should be. */
export async function presignedUrl(parts: TokenParts): Promise<string> {
  const region = parts.region ?? 'us-east-1';
  const host = parts.host ?? `sts.${region}.amazonaws.com`;
  const cluster = parts.cluster === undefined ? 'prod' : parts.cluster;
  const { accessKeyId, secretAccessKey, sessionToken } = parts.identity;
  const signer = new SignatureV4({
    service: parts.service ?? 'sts',
    region,
    sha256: Sha256,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  });
  const { protocol = 'https:', path = '/' } = parts;
  const request = {
    method: 'GET',
    protocol,
    hostname: host,
    path,
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15', ...parts.query },
    headers: { host, ...(cluster !== null && { 'x-k8s-aws-id': cluster }), ...parts.headers },
  };
  const signed = await signer.presign(request, {
    expiresIn: parts.expiresIn ?? 60,
    ...(parts.signedAt && { signingDate: parts.signedAt }),
  });
  const query = Object.entries(signed.query ?? {}).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return `${protocol}//${host}${path}?${query.join('&')}`;
}

export function tokenOf(url: string): string {
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

export async function eksToken(parts: TokenParts): Promise<string> {
  return tokenOf(await presignedUrl(parts));
}
