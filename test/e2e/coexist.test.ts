import { type Change, ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { DEFAULT_ACCOUNT, type Identity } from '../../local/emulators/aws/credentials.ts';
import { startWorld } from '../../local/world.ts';
import { route53 } from '../local/clients.ts';
import {
  type Move,
  objectOf,
  PREFIXES,
  pick,
  type Random,
  randomMove,
  seeded,
  type Wish,
  wantedBy,
} from './support/churn.ts';
import { externalDns, withoutExternalDns } from './support/external-dns.ts';
import { openStage, type Stage, withoutKube, ZONE } from './support/stage.ts';
import { Witness } from './support/witness.ts';

/** How long the churn goes on; an hour of it is COEXIST_SECONDS=3600. */
const SECONDS = Number(process.env.COEXIST_SECONDS ?? 180);
/** A failure names its seed; the same seed makes the same changes. */
const SEED = Number(process.env.COEXIST_SEED ?? Date.now() % 1_000_000);

const OTHER: Identity = {
  accessKeyId: 'AKIAEXTERNALDNS00001',
  secretAccessKey: 'external-dns+secret/key000000000000000001',
  arn: `arn:aws:iam::${DEFAULT_ACCOUNT}:user/external-dns`,
  userId: 'AIDAEXTERNALDNS000001',
  account: DEFAULT_ACCOUNT,
};
/** Records that belong to neither. */
const FOREIGN = [
  { name: 'www.example.com.', type: 'A', ttl: 60, values: ['192.0.2.80'] },
  { name: 'h0.example.com.', type: 'A', ttl: 60, values: ['192.0.2.81'] },
  { name: 'example.com.', type: 'MX', ttl: 60, values: ['10 mx.example.net'] },
];
const CONFIG = `annotationPrefixes: ['${PREFIXES.fairlead}']\nguard: {maxDeletes: {percent: 100}}\n`;
/** The tools' turns in a round. */
const TURNS = ['fairlead', 'external', 'fairlead then external', 'external then fairlead', 'both at once'] as const;

/** What the churn rests on: a witness that sees nothing would pass it, too. */
describe('the witness', () => {
  const theirs = [
    { name: 'x.example.com.', type: 'A', ttl: 300, values: ['192.0.2.1'] },
    {
      name: 'a-x.example.com.',
      type: 'TXT',
      ttl: 300,
      values: ['"heritage=external-dns,external-dns/owner=external"'],
    },
  ];
  const set = (Name: string, Type: 'A' | 'AAAA' | 'TXT', Value: string) => ({
    Name,
    Type,
    TTL: 300,
    ResourceRecords: [{ Value }],
  });
  test.each<[string, Change, number, number]>([
    ['overwrites a record', { Action: 'UPSERT', ResourceRecordSet: set('X.example.com', 'A', '192.0.2.9') }, 1, 0],
    ['deletes a record', { Action: 'DELETE', ResourceRecordSet: set('x.example.com', 'A', '192.0.2.1') }, 1, 0],
    [
      'takes over an ownership record',
      {
        Action: 'UPSERT',
        ResourceRecordSet: set('a-x.example.com', 'TXT', '"heritage=external-dns,external-dns/owner=fairlead"'),
      },
      1,
      0,
    ],
    [
      'changes what is nobody’s',
      { Action: 'UPSERT', ResourceRecordSet: set('www.example.com', 'A', '192.0.2.9') },
      1,
      0,
    ],
    [
      'makes a record beside',
      { Action: 'CREATE', ResourceRecordSet: set('x.example.com', 'AAAA', '2001:db8::1') },
      0,
      1,
    ],
    ['makes a record elsewhere', { Action: 'CREATE', ResourceRecordSet: set('y.example.com', 'A', '192.0.2.9') }, 0, 0],
  ])('sees when a tool %s', async (_, change, trespasses, beside) => {
    const world = await startWorld();
    world.route53.load([{ id: ZONE, name: 'example.com.', records: [...FOREIGN, ...theirs] }]);
    const witness = new Witness(world.route53, ZONE, new Map([[world.env().AWS_ACCESS_KEY_ID ?? '', 'fairlead']]));
    const batch = { HostedZoneId: ZONE, ChangeBatch: { Changes: [change] } };
    await route53(world).send(new ChangeResourceRecordSetsCommand(batch));
    await world.close();
    expect([witness.trespasses.length, witness.beside.length]).toEqual([trespasses, beside]);
  });
});

describe.skipIf(withoutKube || withoutExternalDns)('fairlead and ExternalDNS on one cluster and one zone', () => {
  let stage: Stage;
  let witness: Witness;
  let runs: { readonly fairlead: (request?: object) => Promise<RunResult>; readonly external: () => Promise<string> };
  let refused = 0;
  const wishes = new Map<string, Wish>();

  beforeAll(async () => {
    stage = await openStage();
    await stage.configure({ more: CONFIG });
    const { world } = stage;
    world.credentials.add(OTHER);
    world.route53.load([{ id: ZONE, name: 'example.com.', records: FOREIGN }]);
    const own = world.env().AWS_ACCESS_KEY_ID ?? '';
    const tools = new Map([
      [own, 'fairlead'],
      [OTHER.accessKeyId, 'external'],
    ]);
    witness = new Witness(world.route53, ZONE, tools);
    const lambda = stage.lambda();
    runs = {
      fairlead: async (request = {}) => (await lambda.invoke(request)) as RunResult,
      external: await externalDns(stage, 'external', world.env(OTHER)),
    };
  });
  afterAll(() => stage?.close());

  const make = async ({ slot, wish }: Move) => {
    const { admin } = stage.kube;
    if (wish) await admin.apply(objectOf(wish));
    else if (wishes.has(slot.name)) await admin.delete({ ...slot, metadata: { name: slot.name } });
    if (wish) wishes.set(slot.name, wish);
    else wishes.delete(slot.name);
  };

  /**
   * fairlead plans from the copy of the zone that it kept, so most of its runs know nothing of what ExternalDNS did since;
   * every fifth reads the zone, as it does every 15 minutes. ExternalDNS ends with an error when Route 53 refuses a batch,
   * as when fairlead was quicker; its next run mends it.
   */
  const take = async (turn: (typeof TURNS)[number], random: Random) => {
    const fairlead = () => runs.fairlead({ force: random() < 0.2 });
    const external = () =>
      runs.external().catch(() => {
        refused++;
      });
    if (turn === 'both at once') return void (await Promise.all([fairlead(), external()]));
    for (const tool of turn.split(' then ')) await (tool === 'fairlead' ? fairlead() : external());
  };

  const round = async (random: Random) => {
    const moves = Array.from({ length: 1 + Math.floor(random() * 4) }, () => randomMove(random));
    for (const move of moves) await make(move);
    const turn = pick(random, TURNS);
    await take(turn, random);
    return `${turn} after ${JSON.stringify(moves)}`;
  };

  const foreign = () =>
    stage.records().filter(({ name, type }) => FOREIGN.some(one => one.name === name && one.type === type));

  test(
    `${SECONDS} s of churn: neither ever touches the other's records`,
    async () => {
      const random = seeded(SEED);
      const deadline = Date.now() + SECONDS * 1000;
      let rounds = 0;
      for (; Date.now() < deadline; rounds++) {
        const what = await round(random);
        const { trespasses } = witness;
        const where = `seed ${SEED}, round ${rounds}: ${what}`;
        expect(trespasses, where).toEqual([]);
        expect(witness.orphans('fairlead'), where).toEqual([]);
        expect(foreign(), where).toEqual(expect.arrayContaining(FOREIGN));
      }
      const { fairlead = 0, external = 0 } = witness.batches;
      const beside = (tool: string) => witness.beside.filter(one => one.tool === tool).length;
      console.log(
        `seed ${SEED}: ${rounds} rounds; fairlead: ${fairlead} batches, ${beside('fairlead')} new records beside one of another type of the other's; ExternalDNS: ${external} batches, ${beside('external')} beside, ${refused} runs that failed`,
      );
      expect(Math.min(fairlead, external)).toBeGreaterThan(0);
    },
    (SECONDS + 120) * 1000,
  );

  /** Runs both until a run of each makes no batch. */
  const settle = async () => {
    for (let turns = 0; turns < 10; turns++) {
      const before = JSON.stringify(witness.batches);
      await runs.external();
      await runs.fairlead({ force: true });
      if (JSON.stringify(witness.batches) === before) return;
    }
    throw new Error(`seed ${SEED}: they do not come to rest`);
  };

  test('when no host is wanted by both, both come to rest, and each has what it was asked for', async () => {
    const contested = wantedBy('external', wishes.values());
    for (const wish of [...wishes.values()]) {
      if (wish.reader !== 'both') continue;
      await make({ slot: wish, wish: { ...wish, reader: 'fairlead' } });
    }
    const fairlead = wantedBy('fairlead', wishes.values());
    for (const wish of [...wishes.values()]) {
      if (wish.reader === 'external' && wish.hosts.some(host => fairlead.has(host)))
        await make({ slot: wish, wish: undefined });
    }
    expect(contested.size).toBeGreaterThan(0);
    await settle();
    expect(witness.trespasses).toEqual([]);
    const expected = new Map<string, Set<string>>();
    for (const tool of ['fairlead', 'external'] as const)
      for (const host of wantedBy(tool, wishes.values())) expected.set(`${host}.`, new Set([tool]));
    for (const { name } of FOREIGN.filter(({ type }) => type === 'A')) expected.set(name, new Set());
    expect(new Map([...witness.owners()].sort())).toEqual(new Map([...expected].sort()));
  });
});
