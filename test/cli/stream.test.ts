import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/index.ts';
import type { HistoryLine, News, RecordChanged } from '../../lib/model/index.ts';
import { composePorts, reconcile } from '../../lib/reconcile/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { type EventBus, startEventBus } from '../support/event-bus.ts';
import { service } from '../support/objects.ts';
import { runFairlead } from './program.ts';

const BUS = 'arn:aws:events:us-east-1:111122223333:event-bus/dns';
let world: World;
let cluster: Awaited<ReturnType<World['addCluster']>>;
let folder: string;
let bus: EventBus;

const fairlead = (...args: string[]) =>
  runFairlead(
    {
      world,
      folder,
      more: { AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url, FAIRLEAD_EVENT_BUS: BUS, FAIRLEAD_SERVICE: 'fairlead-prod' },
    },
    ...args,
  );
const told = () => bus.taken.splice(0).map(({ Detail }) => JSON.parse(Detail) as RecordChanged);
const historyOf = async (name: string) =>
  JSON.parse((await fairlead('history', name, '--json')).out) as readonly HistoryLine[];

beforeAll(async () => {
  world = await startWorld({ throttle: false });
  cluster = await world.addCluster({ name: 'prod' });
  const hand = { type: 'A' as const, ttl: 300, values: ['192.0.2.9'] };
  world.route53.load([
    {
      id: 'Z0EXAMPLE0000000001',
      name: 'example.com.',
      records: [
        { name: 'hand.example.com.', ...hand },
        { name: 'theirs.example.com.', ...hand },
        {
          name: 'a-theirs.example.com.',
          type: 'TXT',
          ttl: 300,
          values: ['"heritage=external-dns,external-dns/owner=old,external-dns/resource=service/default/theirs"'],
        },
      ] as never,
    },
  ]);
  folder = await mkdtemp(join(tmpdir(), 'fairlead-stream-'));
  await writeFile(
    join(folder, 'fairlead.yml'),
    'owner: arena\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nstate: {store: ./state}\n',
  );
  for (const name of ['hand', 'theirs'])
    cluster.apply(service(name, { hostname: `${name}.example.com` }, ['192.0.2.9']));
  cluster.apply(service('new', { hostname: 'new.example.com' }, ['192.0.2.1']));
});
beforeEach(async () => {
  bus = await startEventBus();
  return () => bus.close();
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

test('a plan tells nothing; what sync changed is told as it is in the history, and what it found is not', async () => {
  expect((await fairlead('plan')).code).toBe(2);
  expect(bus.calls).toEqual([]);
  expect(await fairlead('sync')).toMatchObject({ code: 2, err: '' });
  const [event, ...more] = told();
  expect(more).toEqual([]);
  const [line] = await historyOf('new.example.com');
  expect(event).toEqual({
    ...line,
    service: 'fairlead-prod',
    text: 'new.example.com was created: an object asks for it, for prod: service/default/new',
  });
});

test('the runs of the function tell none of it again, and what the command found for the first time', async () => {
  const env = { ...world.env(), AWS_REGION: 'us-east-1' };
  const config = loadConfig(join(folder, 'fairlead.yml'), env);
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const news: News[] = [];
    const run = { config, ports: composePorts(config, env), onNews: (one: News) => void news.push(one) };
    await reconcile({ mode: 'sync', force: false }, run);
    await reconcile({ mode: 'sync', force: false }, run);
    expect(news.flatMap(({ changes }) => changes)).toEqual([]);
    expect(news.flatMap(({ findings }) => findings.map(({ finding }) => finding.name)).sort()).toEqual([
      'hand.example.com',
      'theirs.example.com',
    ]);
  } finally {
    process.env = before;
  }
});

test.each<[string, string[], string, string]>([
  ['adopt', ['hand.example.com'], 'hand.example.com', 'a person had it adopted: it was nobody’s, and stays as it is'],
  [
    'transfer',
    ['--from', 'old', '--watch', '0'],
    'theirs.example.com',
    'a person had it transferred from the owner "old": it stays as it is',
  ],
  ['release', ['hand.example.com'], 'hand.example.com', 'a person released it: it is nobody’s now, and stays as it is'],
])('what %s did is in the history, and told', async (name, args, changed, why) => {
  expect(await fairlead(name, ...args, '--yes')).toMatchObject({ code: 0 });
  const [event, ...more] = told();
  expect(more).toEqual([]);
  expect(event).toMatchObject({ name: changed, action: 'update', by: 'manual', why, owner: 'arena', shard: 'default' });
  const [line] = await historyOf(changed);
  expect(event).toMatchObject({ ...line });
  if (name !== 'release') expect(line?.objects).toEqual([`prod: service/default/${changed.split('.')[0]}`]);
});

test('what undo did is told, and what it refused is not', async () => {
  expect(await fairlead('undo', 'new.example.com', '--yes')).toMatchObject({ code: 0, err: '' });
  const [event, ...more] = told();
  expect(more).toEqual([]);
  expect(event).toMatchObject({ name: 'new.example.com', action: 'delete', by: 'manual' });
  expect(event?.why).toMatch(/^a person undid what the run \S+ did$/);
  // What it put back began with it, not with the run that it undoes.
  expect(event).not.toHaveProperty('began');
  expect((await fairlead('undo', 'hand.example.com', '--yes')).code).toBe(2);
  expect(told()).toEqual([]);
});

test('without the right the work is done, and one line says what was not told and what to allow', async () => {
  bus.fail = () => [400, 'AccessDeniedException'];
  cluster.apply(service('other', { hostname: 'other.example.com' }, ['192.0.2.3']));
  cluster.apply(service('more', { hostname: 'more.example.com' }, ['192.0.2.3']));
  const { err } = await fairlead('sync');
  expect(err.split('\n')).toEqual([
    `warning: 2 changes were not told on the change stream (AccessDeniedException); what was done stands, and is in the history. Allow events:PutEvents on ${BUS}`,
    '',
  ]);
  expect(await historyOf('other.example.com')).toHaveLength(1);
  bus.fail = () => undefined;
  await fairlead('sync');
  expect(told()).toEqual([]);
});

test('what is no ARN is refused before anything is done', async () => {
  const ended = await runFairlead({ world, folder, more: { FAIRLEAD_EVENT_BUS: 'default' } }, 'sync');
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/^fairlead: FAIRLEAD_EVENT_BUS: "default" is not the ARN of an event bus .*EventBusArn/);
});
