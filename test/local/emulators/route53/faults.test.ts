import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { rejection, route53 } from '../../clients.ts';

let world: World;
let client: Route53Client;

beforeEach(async () => {
  world = await startWorld({ zones: [{ id: 'Z1', name: 'example.com', records: [] }] });
  client = route53(world);
});

afterEach(() => world.close());

const listZones = () => rejection(client.send(new ListHostedZonesCommand({})));
const list = () => client.send(new ListResourceRecordSetsCommand({ HostedZoneId: 'Z1' }));
const create = (...names: string[]) =>
  rejection(
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: 'Z1',
        ChangeBatch: {
          Changes: names.map(name => ({
            Action: 'CREATE',
            ResourceRecordSet: {
              Name: `${name}.example.com`,
              Type: 'A',
              TTL: 60,
              ResourceRecords: [{ Value: '1.1.1.1' }],
            },
          })),
        },
      }),
    ),
  );
const held = () => world.route53.dump()[0]?.records.map(record => record.name);

describe('throttling', () => {
  test('an account has a burst of 50 and 10 a second, as the real one', () => {
    const real = { burst: 50, perSecond: 10 };
    expect(world.route53.throttle).toEqual({ requests: real, actions: real });
  });

  test('what is beyond the burst is refused, counted apart from failures', async () => {
    world.route53.throttle = { requests: { burst: 50, perSecond: 0 } };
    const answers = await Promise.all(Array.from({ length: 70 }, listZones));
    expect(answers.filter(answer => answer === '')).toHaveLength(50);
    expect(answers.filter(answer => answer === 'Throttling: Rate exceeded')).toHaveLength(20);
    const counted = { calls: { ListHostedZones: 70 }, throttled: { ListHostedZones: 20 }, failed: {} };
    expect(world.route53.counts).toMatchObject(counted);
  });

  test('all operations share the account’s tokens', async () => {
    world.route53.throttle = { requests: { burst: 3, perSecond: 0 } };
    expect([await listZones(), await create('a'), await listZones()]).toEqual(['', '', '']);
    expect([await listZones(), await create('b')]).toEqual(Array(2).fill('Throttling: Rate exceeded'));
    expect(held()).toEqual(['a.example.com.']);
  });

  test('tokens come back with time', async () => {
    world.route53.throttle = { requests: { burst: 1, perSecond: 50 } };
    expect(await listZones()).toBe('');
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(await listZones()).toBe('');
  });

  test('changes can be limited besides', async () => {
    world.route53.throttle = { requests: { burst: 50, perSecond: 10 }, changes: { burst: 3, perSecond: 0 } };
    expect(await create('a', 'b', 'c')).toBe('');
    expect(await create('d')).toBe('Throttling: Rate exceeded');
  });

  test('can be switched off', async () => {
    world.route53.throttle = undefined;
    const answers = await Promise.all(Array.from({ length: 120 }, listZones));
    expect(answers.every(answer => answer === '')).toBe(true);
  });
});

describe('failures asked for', () => {
  test.each([
    ['Throttling', 'Throttling: Rate exceeded'],
    [
      'PriorRequestNotComplete',
      'PriorRequestNotComplete: The request was rejected because Route 53 was still processing a prior request.',
    ],
    ['InternalError', 'InternalError: We encountered an internal error. Please try again.'],
    ['ServiceUnavailable', 'ServiceUnavailable: Service is unavailable. Please try again later.'],
    ['AccessDenied', 'AccessDenied: Access denied'],
    ['SomethingNew', 'SomethingNew: SomethingNew, because a test asked for it'],
  ])('%s, so many times, for one operation', async (code, answer) => {
    world.route53.faults.failNext('ChangeResourceRecordSets', code, 2);
    expect([await create('a'), await create('a'), await listZones(), await create('a')]).toEqual([
      answer,
      answer,
      '',
      '',
    ]);
  });

  test('a 5xx is the server’s fault, which the SDK retries', async () => {
    world.route53.faults.failNext('ListHostedZones', 'InternalError', 2);
    const patient = route53(world, { maxAttempts: 3 });
    expect((await patient.send(new ListHostedZonesCommand({}))).HostedZones).toHaveLength(1);
    expect(world.route53.counts).toMatchObject({ calls: { ListHostedZones: 3 }, failed: { ListHostedZones: 2 } });
  });

  test('a denied operation says who may not do what', async () => {
    world.route53.faults.denied.add('ListResourceRecordSets');
    expect(await rejection(list())).toBe(
      'AccessDenied: User: arn:aws:iam::123456789012:user/local is not authorized to perform: route53:ListResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z1 because no identity-based policy allows the route53:ListResourceRecordSets action',
    );
    expect(await listZones()).toBe('');
  });

  test('a connection cut after the batch was applied: the client cannot know', async () => {
    world.route53.faults.dropNext('ChangeResourceRecordSets', 'after');
    expect(await create('a')).not.toBe('');
    expect(held()).toEqual(['a.example.com.']);
    expect(world.route53.counts).toMatchObject({ batches: 1, batchesApplied: 1, changes: 1, changesApplied: 1 });
    expect(world.route53.log.at(-1)).toMatchObject({ status: 0, applied: true, zoneId: 'Z1' });
    expect(await create('a')).toMatch(/^InvalidChangeBatch: /);
  });

  test('a connection cut before it was applied', async () => {
    world.route53.faults.dropNext('ChangeResourceRecordSets', 'before');
    expect(await create('a')).not.toBe('');
    expect(held()).toEqual([]);
    expect(await create('a')).toBe('');
  });

  test('poisoned names', async () => {
    world.route53.store.poisons.push({ name: 'p.example.com', message: 'no {type} at {name}' });
    expect(await create('ok', 'p')).toBe('InvalidChangeBatch: [no A at p.example.com.]');
    world.route53.clearFaults();
    expect(await create('ok', 'p')).toBe('');
  });

  test('a change to a zone while another is on its way', async () => {
    world.route53.faults.latencyMs = 300;
    const answers = await Promise.all([create('a'), create('b')]);
    expect(answers.filter(answer => answer === '')).toHaveLength(1);
    expect(answers.filter(answer => answer.startsWith('PriorRequestNotComplete'))).toHaveLength(1);
    expect(await create('c')).toBe('');
  });

  test('another party acts before or after the n-th call', async () => {
    const put = (name: string) => () =>
      world.route53.store.edit('Z1', {
        put: [{ name: `${name}.example.com`, type: 'A', ttl: 1, values: ['6.6.6.6'] }],
      });
    world.route53.faults.interrupt({
      operation: 'ListResourceRecordSets',
      call: 2,
      moment: 'after',
      act: put('after'),
    });
    world.route53.faults.interrupt({
      operation: 'ChangeResourceRecordSets',
      call: 1,
      moment: 'before',
      act: put('taken'),
    });
    const names = async () => (await list()).ResourceRecordSets?.slice(2).map(set => set.Name);
    expect([await names(), await names()]).toEqual([[], []]);
    expect(await names()).toEqual(['after.example.com.']);
    expect(await create('taken')).toMatch(/already exists/);
    expect(await create('other')).toBe('');
  });

  test('are all taken back at once', async () => {
    const { faults } = world.route53;
    faults.denied.add('*');
    faults.failNext('ListHostedZones', 'InternalError');
    faults.dropNext('ListHostedZones', 'before');
    world.route53.clearFaults();
    expect(await listZones()).toBe('');
  });
});

test('counts and log tell of every call, and can be reset', async () => {
  await listZones();
  await create('a', 'b');
  await create('a');
  expect(world.route53.counts).toEqual({
    calls: { ListHostedZones: 1, ChangeResourceRecordSets: 2 },
    throttled: {},
    failed: { ChangeResourceRecordSets: 1 },
    batches: 2,
    batchesApplied: 1,
    changes: 3,
    changesApplied: 2,
  });
  expect(world.route53.log.map(({ operation, status, changes }) => [operation, status, changes])).toEqual([
    ['ListHostedZones', 200, undefined],
    ['ChangeResourceRecordSets', 200, 2],
    ['ChangeResourceRecordSets', 400, 1],
  ]);
  expect(world.route53.journal.total).toBe(3);
  world.route53.journal.reset();
  expect([world.route53.journal.total, world.route53.log.length]).toEqual([0, 0]);
});
