import {
  type Change,
  ChangeResourceRecordSetsCommand,
  InvalidChangeBatch,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { rejection, route53 } from '../../clients.ts';

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
