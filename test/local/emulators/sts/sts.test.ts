import { ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { rejection, route53, sts } from '../../clients.ts';
import { presignedUrl } from '../kubernetes/tokens.ts';

const role = 'arn:aws:iam::210987654321:role/path/dns';
const strict = 'arn:aws:iam::210987654321:role/strict';
let world: World;

beforeAll(async () => {
  world = await startWorld({ roles: [{ arn: role }, { arn: strict, externalId: 'abc' }] });
});

afterAll(() => world.close());

const assume = (input: Partial<AssumeRoleCommandInput> = {}) =>
  sts(world).send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'fairlead', ...input }));

test('AssumeRole gives temporary credentials that are the role’s', async () => {
  const { Credentials: given, AssumedRoleUser: user } = await assume({ DurationSeconds: 900 });
  const arn = 'arn:aws:sts::210987654321:assumed-role/dns/fairlead';
  expect(user?.Arn).toBe(arn);
  expect((given?.Expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(890_000);
  expect((given?.Expiration?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(900_000);
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  const identity = await sts(world, { credentials }).send(new GetCallerIdentityCommand({}));
  expect([identity.Arn, identity.Account, identity.UserId]).toEqual([arn, '210987654321', user?.AssumedRoleId]);
});

test('a role sees its own account’s zones', async () => {
  world.addZone({ name: 'theirs.example', account: '210987654321' });
  const { Credentials: given } = await assume();
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  const zones = await route53(world, { credentials }).send(new ListHostedZonesCommand({}));
  expect(zones.HostedZones?.map(zone => zone.Name)).toEqual(['theirs.example.']);
});

test.each<[what: string, input: Partial<AssumeRoleCommandInput>, answer: RegExp]>([
  ['the external id that the role demands', { RoleArn: strict, ExternalId: 'abc' }, /^$/],
  [
    'no external id',
    { RoleArn: strict },
    /^AccessDenied: User: .* is not authorized to perform: sts:AssumeRole on resource: .*\/strict$/,
  ],
  ['another external id', { RoleArn: strict, ExternalId: 'abd' }, /^AccessDenied: /],
  ['an external id that nobody asked for', { ExternalId: 'abc' }, /^$/],
  ['a role that is not there', { RoleArn: 'arn:aws:iam::210987654321:role/none' }, /^AccessDenied: /],
  ['no role', { RoleArn: 'arn:aws:iam::210987654321:user/dns' }, /^ValidationError: .* is invalid$/],
  ['a session name of one character', { RoleSessionName: 'x' }, /^ValidationError: .*roleSessionName/],
  ['a session name with a slash', { RoleSessionName: 'a/b' }, /^ValidationError: .*roleSessionName/],
  ['899 seconds', { DurationSeconds: 899 }, /^ValidationError: .*durationSeconds/],
  ['43,201 seconds', { DurationSeconds: 43_201 }, /^ValidationError: .*durationSeconds/],
])('%s', async (_what, input, answer) => {
  expect(await rejection(assume(input))).toMatch(answer);
});

test.each([
  [[role], /^$/],
  [['arn:aws:iam::210987654321:role/path/*'], /^$/],
  [[strict], /^AccessDenied: .* not authorized to perform: sts:AssumeRole on resource: .*\/path\/dns$/],
  [[], /^AccessDenied: /],
])('a caller whose policy lets it assume %j', async (Resource, answer) => {
  const policy = Resource.length === 0 ? [] : [{ Effect: 'Allow' as const, Action: 'sts:AssumeRole', Resource }];
  const caller = { arn: 'arn:aws:iam::123456789012:role/caller', userId: 'AROA:x', account: '123456789012', policy };
  const credentials = world.credentials.issue({ ...caller, expires: Date.now() + 60_000 });
  const asked = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'fairlead' });
  expect(await rejection(sts(world, { credentials }).send(asked))).toMatch(answer);
});

test('failures asked for', async () => {
  world.sts.faults.failNext('AssumeRole', 'ServiceUnavailable');
  expect(await rejection(assume())).toMatch(/^ServiceUnavailable: /);
  world.sts.faults.dropNext('AssumeRole', 'before');
  expect(await rejection(assume())).not.toBe('');
  world.sts.faults.denied.add('AssumeRole');
  expect(await rejection(assume())).toMatch(/^AccessDenied: /);
  world.sts.faults.clear();
  expect(await rejection(assume())).toBe('');
});

test('a presigned URL is as good as a signed request, until it is changed', async () => {
  const identity = world.credentials.find('AKIALOCALWORLD000001') ?? expect.fail('no user');
  const { host } = new URL(world.url);
  const url = await presignedUrl({ identity, host, protocol: 'http:', cluster: null });
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(`<Arn>${identity.arn}</Arn>`)]);
  const json = await fetch(url, { headers: { accept: 'application/json' } });
  expect(await json.json()).toMatchObject({
    GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: identity.arn, Account: identity.account } },
  });
  const changed = await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'));
  expect([changed.status, await changed.text()]).toEqual([
    403,
    expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
  ]);
});
