import { request as httpRequest } from 'node:http';
import { ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { type ClientOptions, keys, rejection, route53, sts } from '../../clients.ts';
import { Sha256 } from '../../sha256.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ throttle: false, zones: [{ id: 'Z1', name: 'example.com', records: [] }] });
});

afterAll(() => world.close());

const listZones = (options?: ClientOptions) => rejection(route53(world, options).send(new ListHostedZonesCommand({})));
const minute = 60_000;

describe('credentials', () => {
  test.each<[what: string, options: ClientOptions, answer: RegExp]>([
    ['known', {}, /^$/],
    [
      'unknown',
      { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } },
      /^InvalidClientTokenId: The security token included in the request is invalid\.$/,
    ],
    [
      'with another secret',
      { credentials: { accessKeyId: 'AKIALOCALWORLD000001', secretAccessKey: 'x' } },
      /^SignatureDoesNotMatch: The request signature we calculated/,
    ],
    ['in another region', { region: 'eu-west-1' }, /^$/],
    [
      'in no region',
      { region: 'nowhere' },
      /^SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'nowhere'\.$/,
    ],
    ['four minutes old', { systemClockOffset: -4 * minute }, /^$/],
    [
      'six minutes old',
      { systemClockOffset: -6 * minute },
      /^SignatureDoesNotMatch: Signature expired: \d{8}T\d{6}Z is now earlier than /,
    ],
    ['six minutes early', { systemClockOffset: 6 * minute }, /^SignatureDoesNotMatch: Signature not yet current: /],
  ])('%s', async (_what, options, answer) => {
    expect(await listZones(options)).toMatch(answer);
  });

  test('of a session are good with their token, until they end', async () => {
    const session = (expires: number) => {
      const role = { arn: 'arn:aws:sts::123456789012:assumed-role/r/s', userId: 'AROA:s', account: '123456789012' };
      return keys(world.credentials.issue({ ...role, expires }));
    };
    const good = session(Date.now() + minute);
    const { sessionToken: _token, ...tokenless } = good;
    expect(await listZones({ credentials: good })).toBe('');
    expect(await listZones({ credentials: tokenless })).toMatch(/^InvalidClientTokenId: /);
    expect(await listZones({ credentials: { ...good, sessionToken: 'other' } })).toMatch(/^InvalidClientTokenId: /);
    expect(await listZones({ credentials: session(Date.now() - 1) })).toBe(
      'ExpiredToken: The security token included in the request is expired',
    );
  });
});

interface Sent {
  method?: string;
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends exactly this; returns status and body. */
function send({ method = 'GET', path, query = {}, headers = {}, body = '' }: Sent): Promise<[number, string]> {
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20');
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${world.url}${path}${search && `?${search}`}`, { method, headers }, response => {
      let text = '';
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function signed(sent: Sent, service = 'route53', unsignable: string[] = []): Promise<Sent> {
  const env = world.env();
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    sha256: Sha256,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
  });
  const { host } = new URL(world.url);
  const { method = 'GET', path, query = {}, headers = {}, body = '' } = sent;
  const plain = { method, protocol: 'http:', hostname: host, path, query, headers: { ...headers, host }, body };
  const request = await signer.sign(plain, { unsignableHeaders: new Set(unsignable) });
  return { ...sent, headers: request.headers };
}

const list: Sent = { path: '/2013-04-01/hostedzone' };

describe('what the signature covers', () => {
  test.each<[what: string, sent: Sent, changed: Partial<Sent>]>([
    ['the path', list, { path: '/2013-04-01/hostedzonecount' }],
    ['the query', { ...list, query: { maxitems: '1' } }, { query: { maxitems: '2' } }],
    ['the method', { path: '/2013-04-01/hostedzone/Z1' }, { method: 'DELETE' }],
    ['the body', { ...list, method: 'POST', body: '<a/>' }, { body: '<b/>' }],
  ])('%s', async (_what, sent, changed) => {
    const request = await signed(sent);
    expect((await send(request))[1]).not.toContain('SignatureDoesNotMatch');
    const [status, text] = await send({ ...request, ...changed });
    expect([status, text]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
  });

  test('characters that must be encoded in query and path', async () => {
    const query = { name: "*.a b+c/~!'().example.com", dnsname: 'é' };
    expect((await send(await signed({ path: '/2013-04-01/hostedzone/Z1/rrset', query })))[1]).not.toContain(
      'SignatureDoesNotMatch',
    );
    expect((await send(await signed({ path: '/2013-04-01/hostedzone/%2Fhostedzone%2FZ1' })))[1]).toContain(
      'NoSuchHostedZone',
    );
  });

  test('the host, and every x-amz header', async () => {
    const [, hostless] = await send(await signed(list, 'route53', ['host']));
    expect(hostless).toContain("'Host' or ':authority' must be a 'SignedHeader'");
    const request = await signed(list);
    const [, added] = await send({ ...request, headers: { ...request.headers, 'x-amz-target': 'x' } });
    expect(added).toContain("'x-amz-target' must be a 'SignedHeader'");
  });
});

describe('what is not signed as it should be', () => {
  test.each<[what: string, authorization: string | undefined, code: string]>([
    ['no signature', undefined, 'MissingAuthenticationToken'],
    ['another scheme', 'Basic abc', 'IncompleteSignature'],
    ['no fields', 'AWS4-HMAC-SHA256 x', 'IncompleteSignature'],
    [
      'a short scope',
      'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1, SignedHeaders=host, Signature=a',
      'IncompleteSignature',
    ],
  ])('%s', async (_what, authorization, code) => {
    const [status, text] = await send({ ...list, ...(authorization && { headers: { authorization } }) });
    expect([status, text]).toEqual([403, expect.stringContaining(`<Code>${code}</Code>`)]);
  });

  test('a date that is not the one of the scope', async () => {
    const request = await signed(list);
    for (const date of ['20200101T000000Z', 'yesterday']) {
      const [, text] = await send({ ...request, headers: { ...request.headers, 'x-amz-date': date } });
      expect(text).toContain('<Code>IncompleteSignature</Code><Message>Date in Credential scope does not match');
    }
  });

  test('a signature for another service', async () => {
    const [status, text] = await send(await signed(list, 'ec2'));
    expect([status, text]).toEqual([
      403,
      expect.stringContaining("Credential should be scoped to correct service: 'route53'."),
    ]);
  });

  test('EKS refuses in its own words', async () => {
    const [status, text] = await send({ path: '/clusters' });
    expect([status, JSON.parse(text)]).toEqual([403, { message: 'Missing Authentication Token' }]);
  });

  test('an operation that is not there, once the signature is good', async () => {
    const [status, text] = await send(await signed({ path: '/2013-04-01/nothing' }));
    expect([status, text]).toEqual([404, expect.stringContaining('<Code>UnknownOperationException</Code>')]);
  });
});

test('one endpoint serves all, by what the signature says', async () => {
  const identity = await sts(world).send(new GetCallerIdentityCommand({}));
  expect(identity).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/local' });
});
