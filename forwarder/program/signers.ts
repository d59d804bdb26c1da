import { readFile, stat } from 'node:fs/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lib/aws/sha256.ts';
import type { AwsCredentials } from '../../lib/cluster/token.ts';
import { secretsIn, signatureHeaders } from '../../lib/notice/index.ts';

/** Headers that prove who sends a body, now. */
export type Signer = (body: string) => Promise<Readonly<Record<string, string>>>;

const CONTENT_TYPE = 'application/json';

/** Signature Version 4, as a Function URL of type AWS_IAM wants it: service `lambda`, body and host signed. */
export function iamSigner(
  url: string,
  region: string,
  credentials: () => Promise<AwsCredentials>,
  now: () => number,
): Signer {
  const { protocol, hostname, host, pathname, searchParams } = new URL(url);
  return async body => {
    const signer = new SignatureV4({ service: 'lambda', region, credentials: await credentials(), sha256: Sha256 });
    const query = Object.fromEntries(searchParams);
    const request = { method: 'POST', protocol, hostname, path: pathname, query, body };
    const headers = { host, 'content-type': CONTENT_TYPE };
    return (await signer.sign({ ...request, headers }, { signingDate: new Date(now()) })).headers;
  };
}

/** HMAC with the first secret in a file, which is read again when it changed: secrets are rotated. */
export function hmacSigner(file: string, now: () => number): Signer {
  let kept: { readonly version: string; readonly secret: string } | undefined;
  return async body => {
    const { mtimeMs, ino, size } = await stat(file);
    const version = `${ino} ${mtimeMs} ${size}`;
    if (kept?.version !== version) {
      const [secret = ''] = secretsIn(await readFile(file, 'utf8'), file);
      kept = { version, secret };
    }
    return { 'content-type': CONTENT_TYPE, ...signatureHeaders(body, kept.secret, now()) };
  };
}
