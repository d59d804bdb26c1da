import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { podCredentials } from '../../forwarder/program/credentials.ts';
import { hmacSigner, iamSigner } from '../../forwarder/program/signers.ts';
import { isSigned, UnusableSecret } from '../../lib/notice/index.ts';
import { Credentials } from '../../local/emulators/aws/credentials.ts';
import { serveHttp, stopServer } from '../../local/emulators/aws/http.ts';
import { verifySignature } from '../../local/emulators/aws/sigv4.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const BODY = '{"cluster":"prod"}';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-signers-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('Signature Version 4', () => {
  const role = { arn: 'arn:aws:sts::123456789012:assumed-role/forwarder/x', userId: 'A', account: '123456789012' };
  const credentials = new Credentials();
  const session = credentials.issue({ ...role, expires: NOW + 3_600_000 });
  const signed = async (url: string) => {
    const headers = await iamSigner(
      url,
      'eu-west-1',
      async () => session,
      () => NOW,
    )(BODY);
    const { pathname, search } = new URL(url);
    return { method: 'POST', path: pathname, query: search.slice(1), headers: { ...headers }, body: Buffer.from(BODY) };
  };
  const verify = (request: Awaited<ReturnType<typeof signed>>) =>
    verifySignature(request, { credentials, service: 'lambda', region: 'eu-west-1', now: NOW }).identity.arn;

  test.each(['https://x.lambda-url.eu-west-1.on.aws/', 'http://127.0.0.1:9000/', 'https://h.example.com/a/b?c=d%20e'])(
    'of a request to %s is accepted, with the token of a session',
    async url => {
      expect(verify(await signed(url))).toBe(role.arn);
    },
  );

  test('is over the body, the host and the token', async () => {
    const request = await signed('https://x.lambda-url.eu-west-1.on.aws/');
    expect(() => verify({ ...request, body: Buffer.from(`${BODY} `) })).toThrow();
    expect(() => verify({ ...request, headers: { ...request.headers, host: 'other.example.com' } })).toThrow();
    expect(() => verify({ ...request, headers: { ...request.headers, 'x-amz-security-token': 'x' } })).toThrow();
  });
});

describe('HMAC', () => {
  const NEW = 'n'.repeat(32);
  const OLD = 'o'.repeat(32);

  test('signs with the first line, read again when the file changed', async () => {
    const file = join(folder, 'secret');
    const sign = hmacSigner(file, () => NOW);
    await writeFile(file, `${OLD}\n`);
    expect(isSigned(BODY, await sign(BODY), [OLD], NOW)).toBe(true);
    await writeFile(file, `${NEW}\n${OLD}\n`);
    expect(isSigned(BODY, await sign(BODY), [NEW], NOW)).toBe(true);
  });

  test('does not sign with a secret that could be guessed, nor without one', async () => {
    const file = join(folder, 'short');
    await writeFile(file, 'short\n');
    await expect(hmacSigner(file, () => NOW)(BODY)).rejects.toThrow(UnusableSecret);
    await expect(hmacSigner(join(folder, 'none'), () => NOW)(BODY)).rejects.toThrow('ENOENT');
  });
});

describe('credentials of a pod', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

  test('come from the environment', async () => {
    expect(await podCredentials(keys, () => NOW)()).toEqual({ accessKeyId: 'AKIA', secretAccessKey: 'secret' });
    const session = { ...keys, AWS_SESSION_TOKEN: 'token' };
    expect(await podCredentials(session, () => NOW)()).toMatchObject({ sessionToken: 'token' });
  });

  test('are renewed before they end, and used to their end where that fails', async () => {
    let now = NOW;
    const expiration = new Date(NOW + 60 * 60_000).toISOString();
    const answers: ('first' | 'second' | undefined)[] = ['first', undefined, undefined, 'second'];
    let asked = 0;
    const { server, url } = await serveHttp(async () => {
      asked++;
      const key = answers.shift();
      if (key === undefined) return { status: 400, body: '{}' };
      const Expiration = key === 'first' ? expiration : new Date(NOW + 2 * 60 * 60_000).toISOString();
      return { status: 200, body: JSON.stringify({ AccessKeyId: key, SecretAccessKey: 's', Token: 't', Expiration }) };
    });
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', url);
    try {
      const credentials = podCredentials({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }, () => now);
      const key = async () => (await credentials()).accessKeyId;
      expect([await key(), await key(), asked]).toEqual(['first', 'first', 1]);
      now = NOW + 56 * 60_000;
      expect([await key(), asked]).toEqual(['first', 2]);
      now = NOW + 60 * 60_000;
      await expect(key()).rejects.toThrow();
      expect([await key(), asked]).toEqual(['second', 4]);
    } finally {
      vi.unstubAllEnvs();
      await stopServer(server);
    }
  });

  test('that are nowhere are named with what to do', async () => {
    await expect(podCredentials({}, () => NOW)()).rejects.toThrow('EKS Pod Identity or IRSA');
  });
});
