import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  type ChangeTagsForResourceCommandInput,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  GetHostedZoneCountCommand,
  GetHostedZoneLimitCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListTagsForResourceCommand,
  ListTagsForResourcesCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { keys, rejection, route53 } from '../../clients.ts';

let world: World;
let client: Route53Client;

beforeEach(async () => {
  world = await startWorld({
    throttle: false,
    zones: [
      { id: 'Z1', name: 'example.com', records: [] },
      { id: 'Z2', name: 'example.org', private: true, comment: 'inside & "out"', records: [] },
    ],
  });
  client = route53(world);
});

afterEach(() => world.close());

const a = (name: string, value = '1.1.1.1', fields: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value: value }],
  ...fields,
});
const batch = (zone: string, ...changes: Change[]) =>
  new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes: changes } });
const create = (set: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet: set });

describe('hosted zones', () => {
  test('are created with SOA, NS and a delegation, and deleted when empty', async () => {
    const made = await client.send(
      new CreateHostedZoneCommand({ Name: 'New.example', CallerReference: 'r1', HostedZoneConfig: { Comment: 'c' } }),
    );
    const id = made.HostedZone?.Id ?? '';
    expect(made.HostedZone).toMatchObject({
      Name: 'new.example.',
      ResourceRecordSetCount: 2,
      Config: { Comment: 'c', PrivateZone: false },
    });
    expect(made.DelegationSet?.NameServers).toHaveLength(4);
    expect(made.Location).toBe(`https://route53.amazonaws.com/2013-04-01${id}`);
    await client.send(batch(id, create(a('a.new.example'))));
    expect(await rejection(client.send(new DeleteHostedZoneCommand({ Id: id })))).toMatch(/^HostedZoneNotEmpty: /);
    await client.send(batch(id, { Action: 'DELETE', ResourceRecordSet: a('a.new.example') }));
    await client.send(new DeleteHostedZoneCommand({ Id: id }));
    expect(await rejection(client.send(new GetHostedZoneCommand({ Id: id })))).toMatch(/^NoSuchHostedZone: /);
    const again = client.send(new CreateHostedZoneCommand({ Name: 'new.example', CallerReference: 'r1' }));
    expect(await rejection(again)).toMatch(/^HostedZoneAlreadyExists: /);
  });

  test('that are private belong to a VPC, once for each name', async () => {
    const request = { Name: 'in.example', VPC: { VPCRegion: 'us-east-1', VPCId: 'vpc-1' } } as const;
    const made = await client.send(new CreateHostedZoneCommand({ ...request, CallerReference: 'r1' }));
    expect(made.VPC).toEqual(request.VPC);
    const read = await client.send(new GetHostedZoneCommand({ Id: made.HostedZone?.Id }));
    expect([read.HostedZone?.Config?.PrivateZone, read.VPCs]).toEqual([true, [request.VPC]]);
    const twice = client.send(new CreateHostedZoneCommand({ ...request, CallerReference: 'r2' }));
    expect(await rejection(twice)).toMatch(/^ConflictingDomainExists: /);
    const without = { Name: 'x.example', CallerReference: 'r3', HostedZoneConfig: { PrivateZone: true } };
    expect(await rejection(client.send(new CreateHostedZoneCommand(without)))).toMatch(/^InvalidInput: /);
  });

  test('with an impossible name are refused', async () => {
    const made = client.send(new CreateHostedZoneCommand({ Name: 'a b', CallerReference: 'r' }));
    expect(await rejection(made)).toMatch(/^InvalidDomainName: /);
  });

  test('are listed in pages, by type, by name', async () => {
    for (let i = 0; i < 5; i++) world.addZone({ name: `z${i}.example` });
    const seen: (string | undefined)[] = [];
    let marker: string | undefined;
    do {
      const page = await client.send(new ListHostedZonesCommand({ MaxItems: 3, ...(marker && { Marker: marker }) }));
      seen.push(...(page.HostedZones ?? []).map(zone => zone.Name));
      expect(page.IsTruncated).toBe(page.NextMarker !== undefined);
      marker = page.NextMarker;
    } while (marker);
    expect(seen).toEqual([
      'example.com.',
      'example.org.',
      'z0.example.',
      'z1.example.',
      'z2.example.',
      'z3.example.',
      'z4.example.',
    ]);
    const inside = await client.send(new ListHostedZonesCommand({ HostedZoneType: 'PrivateHostedZone' }));
    expect(inside.HostedZones?.map(zone => [zone.Id, zone.Config?.Comment])).toEqual([
      ['/hostedzone/Z2', 'inside & "out"'],
    ]);
    const byName = await client.send(new ListHostedZonesByNameCommand({ DNSName: 'z3.example', MaxItems: 1 }));
    expect([byName.HostedZones?.[0]?.Name, byName.IsTruncated, byName.NextDNSName]).toEqual([
      'z3.example.',
      true,
      'z4.example.',
    ]);
    expect((await client.send(new GetHostedZoneCountCommand({}))).HostedZoneCount).toBe(7);
  });

  test('a page of zones holds 100', async () => {
    for (let i = 0; i < 120; i++) world.addZone({ name: `z${i}.example` });
    const page = await client.send(new ListHostedZonesCommand({ MaxItems: 500 }));
    expect([page.HostedZones?.length, page.MaxItems, page.IsTruncated]).toEqual([100, 100, true]);
  });

  test('tell how full they are', async () => {
    const limit = await client.send(new GetHostedZoneLimitCommand({ HostedZoneId: 'Z1', Type: 'MAX_RRSETS_BY_ZONE' }));
    expect([limit.Limit?.Value, limit.Count]).toEqual([10_000, 2]);
    const vpcs = client.send(
      new GetHostedZoneLimitCommand({ HostedZoneId: 'Z1', Type: 'MAX_VPCS_ASSOCIATED_BY_ZONE' }),
    );
    expect(await rejection(vpcs)).toMatch(/^HostedZoneNotPrivate: /);
  });

  test('of another account are not there', async () => {
    const other = world.credentials.add({
      accessKeyId: 'AKIAOTHER',
      secretAccessKey: 's',
      arn: 'arn:aws:iam::111122223333:user/o',
      userId: 'o',
      account: '111122223333',
    });
    const stranger = route53(world, { credentials: keys(other) });
    expect((await stranger.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    expect(await rejection(stranger.send(new GetHostedZoneCommand({ Id: 'Z1' })))).toMatch(/^NoSuchHostedZone: /);
    expect(await rejection(stranger.send(batch('Z1', create(a('a.example.com')))))).toMatch(/^NoSuchHostedZone: /);
  });

  test('carry tags', async () => {
    const of = { ResourceType: 'hostedzone', ResourceId: 'Z1' } as const;
    await client.send(
      new ChangeTagsForResourceCommand({
        ...of,
        AddTags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await client.send(
      new ChangeTagsForResourceCommand({ ...of, AddTags: [{ Key: 'a', Value: '3' }], RemoveTagKeys: ['b'] }),
    );
    const tags = await client.send(new ListTagsForResourceCommand(of));
    expect(tags.ResourceTagSet?.Tags).toEqual([{ Key: 'a', Value: '3' }]);
    const several = await client.send(
      new ListTagsForResourcesCommand({ ResourceType: 'hostedzone', ResourceIds: ['Z1', 'Z2'] }),
    );
    expect(several.ResourceTagSets?.map(set => [set.ResourceId, set.Tags?.length ?? 0])).toEqual([
      ['Z1', 1],
      ['Z2', 0],
    ]);
  });

  test('ten are asked for their tags at once, not eleven', async () => {
    const ask = (count: number) =>
      rejection(
        client.send(
          new ListTagsForResourcesCommand({ ResourceType: 'hostedzone', ResourceIds: Array(count).fill('Z1') }),
        ),
      );
    expect(await ask(10)).toBe('');
    expect(await ask(11)).toMatch(
      /^InvalidInput: .*at 'resourceIds' failed to satisfy constraint: Member must have length less than or equal to 10/,
    );
  });

  test.each<[what: string, input: Partial<ChangeTagsForResourceCommandInput>, answer: RegExp]>([
    ['nothing to change', {}, /^MalformedInput: /],
    ['eleven tags', { AddTags: Array(11).fill({ Key: 'k', Value: 'v' }) }, /^InvalidInput: .*'addTags'/],
    ['a key of 129 characters', { AddTags: [{ Key: 'k'.repeat(129), Value: 'v' }] }, /^InvalidInput: .*at 'key'/],
    ['a value of 257 characters', { AddTags: [{ Key: 'k', Value: 'v'.repeat(257) }] }, /^InvalidInput: .*at 'value'/],
    ['a health check', { ResourceType: 'healthcheck', RemoveTagKeys: ['k'] }, /^NoSuchHealthCheck: /],
    ['another zone', { ResourceId: 'ZNO', RemoveTagKeys: ['k'] }, /^NoSuchHostedZone: /],
  ])('tags: %s is refused', async (_what, input, answer) => {
    const command = new ChangeTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId: 'Z1', ...input });
    expect(await rejection(client.send(command))).toMatch(answer);
  });

  test('an id of more than 32 characters is refused', async () => {
    const id = 'Z'.repeat(33);
    expect(await rejection(client.send(new GetHostedZoneCommand({ Id: id })))).toBe(
      `InvalidInput: 1 validation error detected: Value '${id}' at 'resourceId' failed to satisfy constraint: Member must have length less than or equal to 32`,
    );
  });
});

test('a change is PENDING, then INSYNC', async () => {
  world.route53.insyncAfterMs = 3_600_000;
  const { ChangeInfo } = await client.send(batch('Z1', create(a('a.example.com'))));
  expect(ChangeInfo?.Status).toBe('PENDING');
  const ask = new GetChangeCommand({ Id: ChangeInfo?.Id });
  expect((await client.send(ask)).ChangeInfo?.Status).toBe('PENDING');
  world.route53.insyncAfterMs = 0;
  expect((await client.send(ask)).ChangeInfo?.Status).toBe('INSYNC');
  expect(await rejection(client.send(new GetChangeCommand({ Id: 'CNONE' })))).toMatch(/^NoSuchChange: /);
});
