import { ChangeResourceRecordSetsCommand, type ResourceRecordSet, type Route53Client } from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Publications } from '../../../local/demo/publications.ts';
import { lookUp } from '../../../local/emulators/dns/client.ts';
import { FUNCTIONS_USER } from '../../../local/stack/stack.ts';
import { startWorld, type World } from '../../../local/world.ts';
import { rejection, route53 } from '../clients.ts';

let world: World;
let client: Route53Client;
let publications: Publications;

beforeEach(async () => {
  const records = [{ name: 'old.example.com.', type: 'A', ttl: 60, values: ['192.0.2.1'] }];
  world = await startWorld({ zones: [{ id: 'Z1', name: 'example.com.', records }] });
  client = route53(world);
  publications = new Publications(world, world.env().AWS_ACCESS_KEY_ID ?? '');
});
afterEach(async () => {
  client.destroy();
  await world.close();
});

const set = (Name: string, Type: 'A' | 'AAAA' | 'TXT', Value: string): ResourceRecordSet => ({
  Name,
  Type,
  TTL: 60,
  ResourceRecords: [{ Value }],
});

type Part = readonly [action: 'CREATE' | 'DELETE', set: ResourceRecordSet];

async function send(by: Route53Client, ...parts: Part[]): Promise<void> {
  const Changes = parts.map(([Action, set]) => ({ Action, ResourceRecordSet: set }));
  await rejection(by.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: 'Z1', ChangeBatch: { Changes } })));
}

/** Sends one batch, and gives what was made of it. */
async function sent(...parts: Part[]) {
  const from = Date.now();
  await send(client, ...parts);
  return publications.between(from, Date.now());
}

test.each<[what: string, action: 'CREATE' | 'DELETE', set: ResourceRecordSet, asked: string]>([
  ['a new record', 'CREATE', set('new.example.com', 'A', '192.0.2.7'), 'new.example.com A'],
  ['an address in another form', 'CREATE', set('six.example.com', 'AAAA', '2001:DB8:0::7'), 'six.example.com AAAA'],
  ['a wildcard', 'CREATE', set('*.example.com', 'A', '192.0.2.7'), 'any-name.example.com A'],
  ['a record that goes', 'DELETE', set('old.example.com', 'A', '192.0.2.1'), 'old.example.com A'],
])('%s is asked for over DNS once its batch is accepted', async (_, action, changed, asked) => {
  const publication = await sent([action, changed]);
  const answered = await publication?.answered;
  expect(`${answered?.name} ${answered?.type}`).toBe(asked);
  expect(answered?.at).toBeGreaterThanOrEqual(publication?.acceptedAt ?? Number.NaN);
});

test('a batch that is refused, and one that DNS need not be asked for, have no answer', async () => {
  expect(await sent(['CREATE', set('old.example.com', 'A', '192.0.2.9')])).toBeUndefined();
  const text = await sent(['CREATE', set('text.example.com', 'TXT', '"t"')]);
  expect(await text?.answered).toBeUndefined();
});

test('what is swapped only to be sure that it still stands is not what DNS is asked for', async () => {
  const old = set('old.example.com', 'A', '192.0.2.1');
  const publication = await sent(
    ['DELETE', old],
    ['CREATE', old],
    ['CREATE', set('old.example.com', 'AAAA', '2001:db8::7')],
  );
  expect(await publication?.answered).toMatchObject({ name: 'old.example.com', type: 'AAAA' });
});

test('what another key did just before is not taken for ours', async () => {
  const own = { ...FUNCTIONS_USER };
  world.credentials.add(own);
  const hand = route53(world, { credentials: own });
  const from = Date.now();
  await send(hand, ['CREATE', set('by-hand.example.com', 'A', '192.0.2.8')]);
  expect(publications.between(from, Date.now())).toBeUndefined();
  const ours = await sent(['CREATE', set('new.example.com', 'A', '192.0.2.7')]);
  await send(hand, ['DELETE', set('by-hand.example.com', 'A', '192.0.2.8')]);
  expect(publications.between(from, Date.now())).toBe(ours);
  expect((await ours?.answered)?.name).toBe('new.example.com');
  hand.destroy();
});

test('a name that nobody has gets no answer', async () => {
  expect(await lookUp(world.dns, 'nobody.example.com', 'A')).toEqual([]);
  expect(await lookUp(world.dns, 'old.example.com', 'A')).toEqual(['192.0.2.1']);
});
