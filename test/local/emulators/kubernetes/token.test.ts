import { describe, expect, test } from 'vitest';
import { Credentials, type Identity } from '../../../../local/emulators/aws/credentials.ts';
import { checkToken } from '../../../../local/emulators/kubernetes/token.ts';
import { eksToken, presignedUrl, type TokenParts, tokenOf } from './tokens.ts';

const now = Date.now();
const minute = 60_000;
const account = '123456789012';
const credentials = new Credentials();
const user = credentials.add({
  accessKeyId: 'AKIAUSER',
  secretAccessKey: 'secret',
  arn: `arn:aws:iam::${account}:user/u`,
  userId: 'u',
  account,
});
const role = { arn: `arn:aws:sts::${account}:assumed-role/r/s`, userId: 'AROA:s', account };
const session = credentials.issue({ ...role, expires: now + 60 * minute });
const ended = credentials.issue({ ...role, expires: now - 1 });
const { sessionToken: _token, ...tokenless } = session;

const check = (token: string, cluster = 'prod', region = 'us-east-1'): Identity | string => {
  try {
    return checkToken(token, { credentials, cluster, region, now });
  } catch (error) {
    return (error as Error).message;
  }
};
const ago = (minutes: number) => new Date(now - minutes * minute);

describe('good tokens', () => {
  test.each<[what: string, parts: Partial<TokenParts>]>([
    ['of a user', {}],
    ['of a role session', { identity: session }],
    ['for the global host', { host: 'sts.amazonaws.com' }],
    ['for another region’s host', { region: 'eu-west-1' }],
    ['for a FIPS host', { host: 'sts-fips.us-east-1.amazonaws.com' }],
    ['of 14 minutes ago', { signedAt: ago(14) }],
    ['that says 900 seconds', { expiresIn: 900 }],
  ])('%s', async (_what, parts) => {
    const token = await eksToken({ identity: user, ...parts });
    expect(check(token)).toMatchObject({ account });
  });

  test('in China, for a cluster in China', async () => {
    const token = await eksToken({ identity: user, region: 'cn-north-1', host: 'sts.cn-north-1.amazonaws.com.cn' });
    expect(check(token, 'prod', 'cn-northwest-1')).toMatchObject({ account });
    expect(check(token)).toContain('unexpected hostname');
  });
});

describe('bad tokens', () => {
  test.each<[what: string, parts: Partial<TokenParts>, answer: string]>([
    ['for another cluster', { cluster: 'dev' }, 'SignatureDoesNotMatch'],
    ['of another secret', { identity: { ...user, secretAccessKey: 'x' } }, 'SignatureDoesNotMatch'],
    ['of an unknown key', { identity: { ...user, accessKeyId: 'AKIAX' } }, 'InvalidClientTokenId'],
    ['of a session without its token', { identity: tokenless }, 'InvalidClientTokenId'],
    ['of a session that ended', { identity: ended }, 'ExpiredToken'],
    ['without the cluster’s header', { cluster: null }, 'client did not sign the x-k8s-aws-id header'],
    ['of 16 minutes ago', { signedAt: ago(16) }, 'X-Amz-Date parameter is expired'],
    ['of six minutes ahead', { signedAt: ago(-6) }, 'Signature not yet current'],
    ['that says 901 seconds', { expiresIn: 901 }, 'invalid X-Amz-Expires parameter in pre-signed URL: 901'],
    ['for another action', { query: { Action: 'AssumeRole' } }, 'unexpected action parameter'],
    ['with a parameter more', { query: { Foo: '1' } }, 'non-whitelisted query parameter "Foo"'],
    ['of another version', { query: { Version: '2010-01-01' } }, 'sts getCallerIdentity failed'],
    ['for another host', { host: 'sts.evil.com' }, 'unexpected hostname "sts.evil.com"'],
    ['for a host that looks right', { host: 'sts.us-east-1.amazonaws.com.evil.com' }, 'unexpected hostname'],
    ['for a region that is none', { host: 'sts.mars-1.amazonaws.com' }, 'unexpected hostname'],
    ['for a port', { host: 'sts.us-east-1.amazonaws.com:8443' }, 'unexpected hostname'],
    ['for http', { protocol: 'http:' }, 'unexpected scheme "http"'],
    ['for a path', { path: '/x' }, 'unexpected path'],
    [
      'signed for another region',
      { region: 'eu-west-1', host: 'sts.us-east-1.amazonaws.com' },
      "valid region, not 'eu-west-1'",
    ],
    ['signed for another service', { service: 'eks' }, "correct service: 'sts'"],
    ['with a header that STS does not get', { headers: { 'x-other': '1' } }, 'SignatureDoesNotMatch'],
  ])('%s', async (_what, parts, answer) => {
    const token = await eksToken({ identity: user, ...parts });
    expect(check(token)).toContain(answer);
  });

  test('of another form', async () => {
    const url = await presignedUrl({ identity: user });
    const token = tokenOf(url);
    expect(check(token)).toMatchObject({ account });
    expect(check(`x.${token}`)).toContain('is missing expected "k8s-aws-v1." prefix');
    expect(check(`${token}=`)).toContain('illegal base64');
    expect(check(`k8s-aws-v1.${'a'.repeat(5000)}`)).toContain('token is too large');
    expect(check(tokenOf('no url'))).toContain('the token holds no URL');
    expect(check(tokenOf(`${url}&action=GetCallerIdentity`))).toContain('duplicate query parameter found: "action"');
    expect(check(tokenOf(`${url}&X-Amz-Expires=60`))).toContain('duplicate query parameter found');
    expect(check(tokenOf(url.replace(/host(?=%3B)/, 'other')))).toContain(
      "'Host' or ':authority' must be a 'SignedHeader'",
    );
    expect(check(tokenOf(url.replace(/X-Amz-Date=[^&]*/, 'X-Amz-Date=yesterday')))).toContain(
      'error parsing X-Amz-Date',
    );
  });
});
