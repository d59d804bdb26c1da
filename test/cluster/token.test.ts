import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { type AwsCredentials, createTokenSource, signToken, stsHost } from '../../lib/cluster/token.ts';

const CREDENTIALS: AwsCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY' };
const SESSION: AwsCredentials = { ...CREDENTIALS, accessKeyId: 'ASIAEXAMPLE', sessionToken: "IQoJb3/+=='(x)*!~" };
const AT = new Date('2026-03-04T05:06:07Z');

function urlIn(token: string): URL {
  expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

/** The signature that AWS would compute for the presigned request (Signature Version 4, query parameters). */
function signatureOf(url: URL, secret: string, clusterId: string): string {
  const rfc3986 = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${rfc3986(key)}=${rfc3986(value)}`)
    .sort()
    .join('&');
  const empty = createHash('sha256').digest('hex');
  const canonical = `GET\n/\n${query}\nhost:${url.host}\nx-k8s-aws-id:${clusterId}\n\nhost;x-k8s-aws-id\n${empty}`;
  const date = url.searchParams.get('X-Amz-Date') ?? '';
  const scope = (url.searchParams.get('X-Amz-Credential') ?? '').split('/').slice(1);
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.reduce<string | Buffer>((current, part) => hmac(current, part), `AWS4${secret}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope.join('/')}\n${hashed}`).toString('hex');
}

describe('signToken', () => {
  test.each([
    { rule: 'long-lived keys', cluster: 'prod-eu', region: 'eu-west-1', credentials: CREDENTIALS },
    {
      rule: 'session credentials with characters to be escaped',
      cluster: 'a',
      region: 'us-east-1',
      credentials: SESSION,
    },
    { rule: 'China', cluster: 'prod', region: 'cn-north-1', credentials: CREDENTIALS },
  ])('is a presigned GetCallerIdentity that AWS would accept: $rule', async ({ cluster, region, credentials }) => {
    const url = urlIn(await signToken(cluster, region, credentials, AT));
    expect(`${url.protocol}//${url.host}${url.pathname}`).toBe(`https://${stsHost(region)}/`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${credentials.accessKeyId}/20260304/${region}/sts/aws4_request`,
      'X-Amz-Date': '20260304T050607Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Signature': signatureOf(url, credentials.secretAccessKey, cluster),
      ...(credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }),
    });
  });

  test('is of no use for another cluster: the signature covers the name', async () => {
    const url = urlIn(await signToken('prod', 'eu-west-1', CREDENTIALS, AT));
    const signature = url.searchParams.get('X-Amz-Signature');
    expect(signature).not.toBe(signatureOf(url, CREDENTIALS.secretAccessKey, 'other'));
  });
});

test.each([
  ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-northwest-1', 'sts.cn-northwest-1.amazonaws.com.cn'],
  ['eusc-de-east-1', 'sts.eusc-de-east-1.amazonaws.eu'],
])('the token for %s is for %s', (region, host) => {
  expect(stsHost(region)).toBe(host);
});

describe('createTokenSource', () => {
  const MINUTE = 60_000;

  function source(first: AwsCredentials = CREDENTIALS) {
    const state = { now: AT.getTime(), credentials: first };
    const clock = { now: () => state.now, sleep: async () => {}, random: () => 0 } satisfies Clock;
    const credentials = async () => state.credentials;
    return { state, token: createTokenSource({ cluster: 'c', region: 'eu-west-1', credentials, clock }) };
  }

  const signedAt = (token: string) => urlIn(token).searchParams.get('X-Amz-Date');

  test.each([
    { rule: 'used again for ten minutes', after: 10 * MINUTE - 1, at: '20260304T050607Z' },
    {
      rule: 'renewed well before the fifteen minutes that the authenticator gives it',
      after: 10 * MINUTE,
      at: '20260304T051607Z',
    },
  ])('a token is $rule', async ({ after, at }) => {
    const { state, token } = source();
    await token();
    state.now += after;
    expect(signedAt(await token())).toBe(at);
  });

  test.each([
    { rule: 'other keys', next: { ...CREDENTIALS, accessKeyId: 'AKIDOTHER' } },
    { rule: 'another session', next: { ...CREDENTIALS, sessionToken: 'x' } },
  ])('a token is renewed when the credentials change: $rule', async ({ next }) => {
    const { state, token } = source();
    const before = await token();
    state.credentials = next;
    expect(await token()).not.toBe(before);
  });

  test('a token does not outlive its credentials', async () => {
    const { state, token } = source({ ...SESSION, expiration: new Date(AT.getTime() + 2 * MINUTE) });
    await token();
    state.now += 2 * MINUTE;
    expect(signedAt(await token())).toBe('20260304T050807Z');
  });

  test('two requests at once share a token', async () => {
    const { token } = source();
    const [one, two] = await Promise.all([token(), token()]);
    expect(one).toBe(two);
  });
});
