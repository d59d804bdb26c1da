import { SignatureV4 } from '@smithy/signature-v4';
import type { World } from '../../../../local/world.ts';
import { Sha256 } from '../../sha256.ts';

export interface Post {
  readonly body: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
  /** Of the signature; absent: lambda. */
  readonly service?: string;
  /** Of the keys that sign; absent: the world's. */
  readonly secret?: string;
  /** What is sent instead of what was signed. */
  readonly forged?: string;
  readonly signingDate?: Date;
}

/** Posts a body to a Function URL, signed as `AWS_IAM` wants it. */
export async function signedPost(world: World, url: string, post: Post): Promise<Response> {
  const { body, path = '/', headers = {}, service = 'lambda', secret } = post;
  const { hostname, port } = new URL(url);
  const env = world.env();
  const signer = new SignatureV4({
    service,
    region: world.region,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: secret ?? env.AWS_SECRET_ACCESS_KEY ?? '',
    },
    sha256: Sha256,
  });
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: path.split('?')[0] ?? '/',
    query: Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? '')),
    headers: { host: `${hostname}:${port}`, 'content-type': 'application/json', ...headers },
    body,
  };
  const signed = await signer.sign(request, post.signingDate ? { signingDate: post.signingDate } : {});
  const { host: _, ...sent } = signed.headers;
  return fetch(new URL(path, url), { method: 'POST', headers: sent, body: post.forged ?? body });
}
