import { DescribeClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { eks, keys, rejection } from '../../clients.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  const common = { account: '123456789012', endpoint: 'https://127.0.0.1:6443', caData: 'Q0E=' };
  world.eks.clusters.push(
    { ...common, name: 'c', region: 'us-east-1' },
    { ...common, name: 'a', region: 'us-east-1' },
    { ...common, name: 'b', region: 'eu-west-1' },
    { ...common, name: 'theirs', region: 'us-east-1', account: '111122223333' },
    { ...common, name: 'new', region: 'us-east-1', status: 'CREATING' },
  );
});

afterAll(() => world.close());

const describeCluster = async (name: string, region = 'us-east-1') =>
  (await eks(world, { region }).send(new DescribeClusterCommand({ name }))).cluster;

describe('DescribeCluster', () => {
  test('tells endpoint and certificate authority', async () => {
    expect(await describeCluster('a')).toMatchObject({
      name: 'a',
      arn: 'arn:aws:eks:us-east-1:123456789012:cluster/a',
      status: 'ACTIVE',
      endpoint: 'https://127.0.0.1:6443',
      certificateAuthority: { data: 'Q0E=' },
    });
  });

  test('of a cluster that is being created has no endpoint', async () => {
    expect(await describeCluster('new')).toMatchObject({ status: 'CREATING' });
    expect((await describeCluster('new'))?.endpoint).toBeUndefined();
  });

  test.each([
    ['nobody knows', 'x', 'us-east-1'],
    ['lives in another region', 'b', 'us-east-1'],
    ['lives in another account', 'theirs', 'us-east-1'],
  ])('a cluster that %s is not found', async (_what, name, region) => {
    expect(await rejection(describeCluster(name, region))).toBe(
      `ResourceNotFoundException: No cluster found for name: ${name}.`,
    );
  });

  test('in its own region, and for its own account', async () => {
    expect((await describeCluster('b', 'eu-west-1'))?.name).toBe('b');
    const other = world.credentials.add({
      accessKeyId: 'AKIAOTHER',
      secretAccessKey: 's',
      arn: 'arn:aws:iam::111122223333:user/o',
      userId: 'o',
      account: '111122223333',
    });
    const found = await eks(world, { credentials: keys(other) }).send(new DescribeClusterCommand({ name: 'theirs' }));
    expect(found.cluster?.name).toBe('theirs');
  });
});

describe('ListClusters', () => {
  test('sorted, in pages', async () => {
    const first = await eks(world).send(new ListClustersCommand({ maxResults: 2 }));
    expect([first.clusters, typeof first.nextToken]).toEqual([['a', 'c'], 'string']);
    const second = await eks(world).send(new ListClustersCommand({ maxResults: 2, nextToken: first.nextToken }));
    expect([second.clusters, second.nextToken ?? null]).toEqual([['new'], null]);
  });

  test('at most 100 at once', async () => {
    expect(await rejection(eks(world).send(new ListClustersCommand({ maxResults: 101 })))).toMatch(
      /^InvalidParameterException: /,
    );
  });
});

test('bad signatures and failures, in the words of a JSON service', async () => {
  const stranger = eks(world, { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } });
  expect(await rejection(stranger.send(new ListClustersCommand({})))).toMatch(/^UnrecognizedClientException: /);
  world.eks.faults.denied.add('DescribeCluster');
  expect(await rejection(describeCluster('a'))).toMatch(/^AccessDeniedException: .*eks:DescribeCluster/);
  world.eks.faults.clear();
  world.eks.faults.failNext('DescribeCluster', 'InternalError');
  expect(await rejection(describeCluster('a'))).toMatch(/^ServerException: /);
  world.eks.faults.dropNext('DescribeCluster', 'before');
  expect(await rejection(describeCluster('a'))).not.toBe('');
  expect((await describeCluster('a'))?.name).toBe('a');
});
