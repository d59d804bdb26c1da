import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  GetHostedZoneCountCommand,
  GetHostedZoneLimitCommand,
  InvalidChangeBatch,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  ListTagsForResourceCommand,
  ListTagsForResourcesCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../../local/world.ts';
import { keys, rejection, route53 } from '../clients.ts';

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

describe('record sets over the wire', () => {
  const sets: ResourceRecordSet[] = [
    a('plain.example.com.'),
    { Name: '\\052.example.com.', Type: 'TXT', TTL: 0, ResourceRecords: [{ Value: '"<&> \\303\\266"' }] },
    {
      Name: 'alias.example.com.',
      Type: 'AAAA',
      AliasTarget: {
        HostedZoneId: 'Z35SXDOTRQ7X7K',
        DNSName: 'x.us-east-1.elb.amazonaws.com.',
        EvaluateTargetHealth: true,
      },
    },
    a('w.example.com.', '1.1.1.1', { SetIdentifier: 'zero', Weight: 0, HealthCheckId: 'abc' }),
    a('l.example.com.', '1.1.1.1', { SetIdentifier: 'l', Region: 'eu-west-1' }),
    a('f.example.com.', '1.1.1.1', { SetIdentifier: 'f', Failover: 'SECONDARY' }),
    a('g.example.com.', '1.1.1.1', { SetIdentifier: 'g', GeoLocation: { CountryCode: 'US', SubdivisionCode: 'CA' } }),
    a('m.example.com.', '1.1.1.1', { SetIdentifier: 'm', MultiValueAnswer: true }),
    a('c.example.com.', '1.1.1.1', {
      SetIdentifier: 'c',
      CidrRoutingConfig: { CollectionId: 'id', LocationName: '*' },
    }),
    a('p.example.com.', '1.1.1.1', {
      SetIdentifier: 'p',
      GeoProximityLocation: { Coordinates: { Latitude: '1.5', Longitude: '-2' }, Bias: -10 },
    }),
    { Name: 't.example.com.', Type: 'A', TrafficPolicyInstanceId: '12345678-1234-1234-1234-123456789012' },
  ];

  test.each(sets)('$Name comes back as it was sent, and is deleted by it', async set => {
    await client.send(batch('/hostedzone/Z1', create(set)));
    const listed = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: 'Z1' }));
    expect(listed.ResourceRecordSets?.find(one => one.Name === set.Name)).toEqual(set);
    await client.send(batch('Z1', { Action: 'DELETE', ResourceRecordSet: set }));
    expect(world.route53.dump()[0]?.records).toEqual([]);
  });

  test('pages of the SDK, by name, type and identifier', async () => {
    const names = Array.from({ length: 7 }, (_, i) =>
      a('w.example.com', `1.1.1.${i}`, { SetIdentifier: `s${i}`, Weight: 1 }),
    );
    await client.send(batch('Z1', ...names.map(create), create(a('x.example.com'))));
    const seen: string[] = [];
    let next: Partial<ListResourceRecordSetsCommand['input']> | undefined = {};
    while (next) {
      const page: ListResourceRecordSetsCommandOutput = await client.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: 'Z1', MaxItems: 2, ...next }),
      );
      expect(page.MaxItems).toBe(2);
      seen.push(
        ...(page.ResourceRecordSets ?? []).map(set => `${set.Name} ${set.Type} ${set.SetIdentifier ?? ''}`.trim()),
      );
      next = page.IsTruncated
        ? {
            StartRecordName: page.NextRecordName,
            StartRecordType: page.NextRecordType,
            ...(page.NextRecordIdentifier !== undefined && { StartRecordIdentifier: page.NextRecordIdentifier }),
          }
        : undefined;
    }
    expect(seen).toEqual([
      'example.com. NS',
      'example.com. SOA',
      ...names.map((_, i) => `w.example.com. A s${i}`),
      'x.example.com. A',
    ]);
  });

  test('a page holds 300 record sets at most', async () => {
    const put = Array.from({ length: 400 }, (_, i) => ({
      name: `n${i}.example.com`,
      type: 'A',
      ttl: 1,
      values: ['1.1.1.1'],
    }));
    world.route53.store.edit('Z1', { put });
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: 'Z1', MaxItems: 1000 }));
    expect([page.ResourceRecordSets?.length, page.IsTruncated, page.MaxItems]).toEqual([300, true, 300]);
  });
});

describe('a refused batch', () => {
  const bad = batch(
    'Z1',
    { Action: 'DELETE', ResourceRecordSet: a('x.example.com') },
    { Action: 'DELETE', ResourceRecordSet: a('y.example.com') },
  );
  const message = (name: string) =>
    `Tried to delete resource record set [name='${name}.example.com.', type='A'] but it was not found`;

  test('has all messages in one bracketed string, and no list', async () => {
    const error = await client.send(bad).catch(error => error);
    expect(error).toBeInstanceOf(InvalidChangeBatch);
    expect(error.message).toBe(`[${message('x')}, ${message('y')}]`);
    expect(error.messages ?? []).toEqual([]);
  });

  test('or, in the other shape, has them in a list, for which the SDK has no name', async () => {
    world.route53.invalidChangeBatchShape = 'InvalidChangeBatch';
    const error = await client.send(bad).catch(error => error);
    expect([error.name, error.Messages]).toEqual(['Unknown', { Message: [message('x'), message('y')] }]);
  });

  test('has a record name that cannot be parsed unbracketed and alone', async () => {
    expect(await rejection(client.send(batch('Z1', create(a('a..example.com')))))).toBe(
      "InvalidChangeBatch: FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'",
    );
  });
});

describe('a body that is not as the schema has it', () => {
  const ns = 'https://route53.amazonaws.com/doc/2013-04-01/';
  const wrap = (inner: string, namespace = ns) =>
    `<ChangeResourceRecordSetsRequest xmlns="${namespace}"><ChangeBatch>${inner}</ChangeBatch></ChangeResourceRecordSetsRequest>`;
  const change = (inner: string) =>
    wrap(
      `<Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>n.example.com</Name>${inner}</ResourceRecordSet></Change></Changes>`,
    );
  const ttl = '<TTL>60</TTL>';
  const records = '<ResourceRecords><ResourceRecord><Value>1.1.1.1</Value></ResourceRecord></ResourceRecords>';

  test.each([
    ['nothing', '', 'MalformedInput: Unexpected end of document'],
    ['no XML', '{}', 'MalformedInput: '],
    ['XML that does not end', '<a>', 'MalformedInput: '],
    [
      'another root',
      `<ChangeBatch xmlns="${ns}"/>`,
      'MalformedInput: ChangeBatch is not valid, expected ChangeResourceRecordSetsRequest',
    ],
    ['a document type', `<!DOCTYPE a>${wrap('')}`, 'MalformedInput: '],
    ['another namespace', wrap('<Changes/>', ns.replace('2013', '2012')), 'InvalidInput: Invalid XML ; '],
    [
      'no changes',
      wrap('<Changes></Changes>'),
      `The content of element 'Changes' is not complete. One of '{"${ns}":Change}' is expected.`,
    ],
    [
      'an unknown element',
      change(`<Type>A</Type><Ttl>1</Ttl>${ttl}${records}`),
      "Invalid content was found starting with element 'Ttl'",
    ],
    [
      'an element twice',
      change(`<Type>A</Type>${ttl}${ttl}${records}`),
      "Invalid content was found starting with element 'TTL'",
    ],
    [
      'a missing element',
      change(`${ttl}${records}`),
      "The content of element 'ResourceRecordSet' is not complete. One of '{\"https://route53.amazonaws.com/doc/2013-04-01/\":Type}' is expected.",
    ],
    [
      'an empty list',
      change(`<Type>A</Type>${ttl}<ResourceRecords/>`),
      "The content of element 'ResourceRecords' is not complete.",
    ],
    [
      'an alias without evaluation',
      change('<Type>A</Type><AliasTarget><HostedZoneId>Z1</HostedZoneId><DNSName>a</DNSName></AliasTarget>'),
      ':EvaluateTargetHealth}',
    ],
    [
      'text between elements',
      change(`<Type>A</Type>oops${ttl}${records}`),
      "Element 'ResourceRecordSet' cannot have character [children]",
    ],
    [
      'no number',
      change(`<Type>A</Type><TTL>x</TTL>${records}`),
      "cvc-datatype-valid.1.2.1: 'x' is not a valid value for 'integer'",
    ],
    ['a number out of range', change(`<Type>A</Type><TTL>-1</TTL>${records}`), "cvc-minInclusive-valid: Value '-1'"],
    ['an unknown type', change(`<Type>B</Type>${ttl}${records}`), "cvc-enumeration-valid: Value 'B'"],
    [
      'a comment of 257 characters',
      wrap(`<Comment>${'x'.repeat(257)}</Comment><Changes/>`),
      "maxLength '256' for type 'ResourceDescription'",
    ],
  ])('%s is refused', async (_what, body, message) => {
    // The client builds and signs everything but the body, which the test puts in before the signature.
    const raw = route53(world);
    raw.middlewareStack.add(
      next => args => {
        const request = args.request as { body: string; headers: Record<string, string> };
        request.body = body;
        request.headers['content-length'] = String(Buffer.byteLength(body));
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const answer = await rejection(raw.send(batch('Z1', create(a('n.example.com')))));
    expect(answer).toMatch(/^(MalformedInput|InvalidInput): /);
    expect(answer).toContain(message);
    expect(world.route53.dump()[0]?.records).toEqual([]);
  });
});

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
