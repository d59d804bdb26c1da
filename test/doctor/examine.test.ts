import { describe, expect, test } from 'vitest';
import type { ClusterProbe } from '../../lib/cluster/index.ts';
import type { Config } from '../../lib/config/config.ts';
import { type DoctorPorts, examine } from '../../lib/doctor/index.ts';
import type { Check, HostedZone, RecordSet } from '../../lib/model/index.ts';
import type { LeftNames } from '../../lib/registry/index.ts';
import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore, encodeSelected, encodeZone } from '../../lib/state/index.ts';
import { parse } from '../config/files.ts';

const SECRET = 'c2VjcmV0IG9mIGEgd2ViaG9vaywgdG9sZCB0byBub2JvZHk=';
const BUS = 'arn:aws:events:us-east-1:111122223333:event-bus/dns';
const NOW = Date.parse('2026-01-01T12:00:00Z');
const ZONE = { id: 'Z1', name: 'example.com', private: false } as HostedZone;
const NS: RecordSet = {
  name: 'example.com',
  type: 'NS',
  ttl: 60,
  values: ['ns-1.awsdns.net.', 'ns-2.awsdns.net.'],
} as RecordSet;
const denied = () => new Route53Error('denied', 'AccessDenied', 'not authorized to perform it');
const configOf = (more = ''): Config =>
  parse(
    `owner: platform\nclusters: [{name: prod, region: us-east-1}]\nzones: {domains: [example.com]}\nstate: {store: ./state}\n${more}`,
  );

const deployment = (owner: string, replicas = 1) => ({
  kind: 'Deployment',
  metadata: { namespace: 'dns', name: 'external-dns' },
  spec: {
    replicas,
    template: {
      spec: {
        containers: [{ image: 'x/external-dns:v0.22.0', args: ['--source=service', `--txt-owner-id=${owner}`] }],
      },
    },
  },
});

const PROBE: ClusterProbe = {
  version: 'v1.36.1',
  authenticationMode: 'API',
  serverTime: NOW,
  resources: new Map([
    ['service', 'listed'],
    ['ingress', 'listed'],
  ]),
  deployments: [],
};

/** A world in which all is well, but for what is given. */
function worldOf(
  broken: { readonly route53?: Partial<DoctorPorts['route53']> } & Partial<Omit<DoctorPorts, 'route53'>> = {},
): DoctorPorts {
  const { route53, ...ports } = broken;
  return {
    identity: async () => ({ account: '123456789012', arn: 'arn:aws:iam::123456789012:user/a' }),
    store: createMemoryStore(),
    left: async () => [],
    findings: async () => [],
    probe: async () => PROBE,
    nameServers: async () => ['NS-2.awsdns.net'],
    messages: async () => 0,
    environmentOf: async () => ({}),
    secretIn: async () => undefined,
    now: () => NOW,
    random: () => 'r',
    ...ports,
    route53: {
      listHostedZones: async () => ({ zones: [ZONE] }),
      listRecordSets: async (_zone, from) => ({ records: from ? [NS] : [] }),
      changeRecordSets: async () => {
        throw new Route53Error('rejected', 'InvalidChangeBatch', 'it was not found');
      },
      listTags: async () => new Map(),
      recordSetLimit: async () => ({ limit: 10_000, count: 4 }),
      ...route53,
    },
  };
}

const leftBy = (clusters: readonly string[], more: Partial<LeftNames> = {}): LeftNames => ({
  clusters,
  owner: 'platform',
  names: ['a', 'b', 'c', 'd'].map(label => `${label}.example.com`),
  labelled: false,
  ...more,
});

const fails = (error: Error) => async () => {
  throw error;
};
const statuses = (checks: readonly Check[], status: Check['status']) =>
  checks
    .filter(check => check.status === status)
    .map(({ area, subject, found, remedy = '' }) => `${area}: ${subject}: ${found} → ${remedy}`);

/** A store with a copy of the zone. */
const storeWithCopy = async (minutes: number, refused: Readonly<Record<string, string>> = {}) => {
  const store = createMemoryStore();
  const retryAt = NOW + 3_600_000;
  const memory = {
    refusals: new Map(
      Object.entries(refused).map(([key, message]) => [key, { fingerprint: 'f', message, attempts: 1, retryAt }]),
    ),
    unwantedSince: new Map(),
    givenUp: new Set<string>(),
    heldWith: new Map(),
    removed: [],
    misread: new Set<string>(),
  };
  const copy = {
    zone: ZONE,
    records: new Map(),
    readAt: NOW - minutes * 60_000,
    unproven: new Set<never>(),
    meant: new Map(),
    lapsed: new Set<string>(),
    memory: new Map([['default', memory]]),
  };
  await store.put('zone/Z1', encodeZone(copy), undefined);
  return store;
};

/** A webhook whose variables say where its secret is, and what is there. */
const webhook = (place: string, secretIn: DoctorPorts['secretIn']) => ({
  environmentOf: async (name: string) => (name === 'fairlead-prod-webhook' ? { FAIRLEAD_WEBHOOK_SECRET: place } : {}),
  secretIn,
});
const GONE = Object.assign(new Error('gave no answer in time'), { name: 'TimeoutError' });
const NO_WAY = fails(GONE);
const thrown = (name: string) => fails(Object.assign(new Error('they say no'), { name }));

const LONG_AGO = await storeWithCopy(121);
const NO_CHECK = 'No health check exists with the specified ID.';
const REFUSED = await storeWithCopy(1, {
  'a.example.com one': NO_CHECK,
  'a.example.com two': NO_CHECK,
  'b.example.com': 'no',
});
const NO_IPV6 = await storeWithCopy(1, {
  'a.example.com': 'Tried to create an alias that targets x., type AAAA in zone Z9, but that target was not found',
});

/** One in which a run has noted that zones are selected no longer, one of which is again. */
const LEFT_ZONES = createMemoryStore();
const left = { since: 0, count: 5, names: ['a.corp.example', 'b.corp.example'] };
const noted = { owners: ['platform'], list: 'zones', left };
await LEFT_ZONES.put(
  'selected',
  encodeSelected([
    { ...noted, id: 'Z1', name: 'example.com' },
    { ...noted, id: 'Z9', name: 'corp.example' },
  ]),
  undefined,
);

test('all is well', async () => {
  const checks = await examine(configOf(), worldOf(), { stack: 'fairlead-prod' });
  expect(statuses(checks, 'bad')).toEqual([]);
  expect(statuses(checks, 'doubt')).toEqual([]);
  expect(statuses(checks, 'unknown')).toEqual([
    expect.stringContaining('example.com (Z1): no run has read it yet'),
    expect.stringContaining('cluster prod: no run has read it yet'),
  ]);
  expect(new Set(checks.map(({ area }) => area))).toEqual(
    new Set(['aws', 'zones', 'clusters', 'state', 'records', 'queue', 'webhook']),
  );
});

describe('what is wrong is found, with what mends it', () => {
  test.each<[string, Parameters<typeof worldOf>[0], Check['status'], RegExp]>([
    [
      'credentials that AWS does not know',
      { identity: fails(Object.assign(new Error('it is old'), { name: 'ExpiredToken' })) },
      'bad',
      /aws: credentials: it is old → renew the credentials, or set AWS_PROFILE/,
    ],
    [
      'a key that may not be read',
      {
        keys: fails(
          new Error('registry.encryptionKey: the key ssm:key could not be read: not authorized', {
            cause: Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }),
          }),
        ),
      },
      'bad',
      /^program: registry\.encryptionKey: the key ssm:key could not be read: not authorized → .*let the caller read it/,
    ],
    [
      'a key that nobody answers for',
      {
        keys: fails(
          new Error('the key ssm:key could not be read: silent', {
            cause: Object.assign(new Error('silent'), { name: 'TimeoutError' }),
          }),
        ),
      },
      'bad',
      /could not be read: silent → look at the way to AWS from here/,
    ],
    [
      'zones that may not be listed',
      { route53: { listHostedZones: fails(denied()) } },
      'bad',
      /Route 53: not authorized.* → .*route53:ListHostedZones/,
    ],
    [
      'no zone at all',
      { route53: { listHostedZones: async () => ({ zones: [] }) } },
      'bad',
      /the account has no hosted zone/,
    ],
    [
      'zones of other domains',
      { route53: { listHostedZones: async () => ({ zones: [{ ...ZONE, name: 'example.org' } as HostedZone] }) } },
      'bad',
      /example\.org by zones\.domains → mend `zones`/,
    ],
    [
      'a zone that may not be read',
      { route53: { listRecordSets: fails(denied()) } },
      'bad',
      /example\.com \(Z1\): not authorized.*ListResourceRecordSets on Z1/,
    ],
    [
      'a zone that may not be changed',
      { route53: { changeRecordSets: fails(denied()) } },
      'bad',
      /ChangeResourceRecordSets on Z1 for names under example\.com/,
    ],
    [
      'a zone that is nearly full',
      { route53: { recordSetLimit: async () => ({ limit: 100, count: 95 }) } },
      'doubt',
      /95 of 100 record sets .*higher quota/,
    ],
    [
      'a zone that nobody delegates',
      { nameServers: async () => [] },
      'bad',
      /nobody delegates it.* → .*ns-1\.awsdns\.net, ns-2\.awsdns\.net/,
    ],
    [
      'a zone that is delegated elsewhere',
      { nameServers: async () => ['ns.other.net'] },
      'bad',
      /the world asks ns\.other\.net/,
    ],
    [
      'no DNS to ask',
      { nameServers: fails(new Error('ECONNREFUSED')) },
      'unknown',
      /delegation cannot be looked at: ECONNREFUSED/,
    ],
    [
      'a cluster without a way to it',
      { probe: fails(new Error('cluster prod: refused; open the network')) },
      'bad',
      /clusters: prod: refused → open the network/,
    ],
    [
      'names that a cluster left behind',
      { left: async () => [leftBy(['old'], { labelled: true })] },
      'doubt',
      /^clusters: old: it is not in the config, and 4 names have records of it.*: a\.example\.com, .* and 1 more → put it back; .*: fairlead sync --force --cluster old; .*: fairlead release --cluster old$/,
    ],
    [
      'names that may be of either of two clusters that left',
      { left: async () => [leftBy(['one', 'two'])] },
      'doubt',
      /^clusters: one or two: .*: fairlead sync --force --cluster one --cluster two$/,
    ],
    [
      'names of a cluster that left with its owner id',
      { left: async () => [leftBy(['old'], { owner: 'old-id' })] },
      'doubt',
      /^clusters: old: its owner id "old-id" is not in the config any more, .*fairlead transfer --from old-id --unasked/,
    ],
    [
      'names of a cluster that left, whose owner id could be more than a word in a command',
      { left: async () => [leftBy(['old'], { owner: 'x; rm' })] },
      'doubt',
      /^clusters: old: its owner id "x; rm" .* → put it back with its owner id \(owner, or clusters\[\]\.owner\)$/,
    ],
    [
      'names that are in conflict',
      {
        findings: async () => [
          {
            reason: 'conflict',
            name: 'b.example.com',
            object: { cluster: 'prod', kind: 'service', namespace: 'a', name: 'c' },
            message: 'prod: service/a/b has it',
          },
          { reason: 'conflict', name: 'c.example.com', message: 'another' },
          { reason: 'merged', name: 'd.example.com', message: 'is meant' },
        ],
      },
      'doubt',
      /^records: conflict: b\.example\.com of prod: service\/a\/c, c\.example\.com: the first: prod: service\/a\/b has it \(2 findings\) → fairlead explain "b\.example\.com"$/,
    ],
    [
      'an object that is malformed',
      {
        findings: async () => [
          {
            reason: 'invalid',
            object: { cluster: 'prod', kind: 'ingress', namespace: 'shop', name: 'web' },
            message: 'ingress/shop/web: a TTL of "x"',
          },
        ],
      },
      'doubt',
      /^records: invalid: prod: ingress\/shop\/web: a TTL of "x" → fairlead why-not ingress\/shop\/web --cluster prod$/,
    ],
    [
      'a name that could be more than a word in a command',
      { findings: async () => [{ reason: 'held', name: '$(rm).example.com', message: 'too many at once' }] },
      'doubt',
      /^records: held: \$\(rm\)\.example\.com: too many at once → fairlead plan$/,
    ],
    [
      'access entries that do not count',
      { probe: async () => ({ ...PROBE, authenticationMode: 'CONFIG_MAP' }) },
      'bad',
      /CONFIG_MAP.*update-cluster-config --name prod/,
    ],
    [
      'a kind that may not be listed',
      {
        probe: async () => ({
          ...PROBE,
          resources: new Map([['ingress' as const, { error: 'forbidden; bind the ClusterRole' }]]),
        }),
      },
      'bad',
      /ingress: forbidden → bind the ClusterRole/,
    ],
    [
      'Events that may not be written',
      { probe: async () => ({ ...PROBE, events: { denied: [] } }) },
      'doubt',
      /clusters: prod: Events may not be written on its objects.* → npm run -s cluster-role .*events\.enabled=true/,
    ],
    [
      'Events that may not be written in a namespace',
      { probe: async () => ({ ...PROBE, events: { denied: ['shop'] } }) },
      'doubt',
      /may not be written in the namespaces shop/,
    ],
    [
      'an API server that does not tell of rights',
      { probe: async () => ({ ...PROBE, events: { error: 'the API server answers 404' } }) },
      'unknown',
      /whether Events may be written .* is not known: the API server answers 404/,
    ],
    [
      'an event bus that is not there',
      { eventBus: { arn: BUS, probe: async () => 'absent' } },
      'bad',
      /stream: arn:aws:events:\S+: there is no such event bus → mend FAIRLEAD_EVENT_BUS/,
    ],
    [
      'an event bus that this caller may not tell',
      { eventBus: { arn: BUS, probe: async () => ({ denied: 'not authorized' }) } },
      'bad',
      /not authorized → allow events:PutEvents on arn:aws:events/,
    ],
    [
      'an event bus without a way to it',
      { eventBus: { arn: BUS, probe: NO_WAY } },
      'bad',
      /^stream: arn:aws:events:\S+: gave no answer in time → look at the way to AWS/,
    ],
    [
      'an event bus of which something is not known',
      { eventBus: { arn: BUS, probe: fails(new Error('ValidationException')) } },
      'unknown',
      /^stream: .*: ValidationException → look again/,
    ],
    [
      'a zone that cannot be changed for now',
      {
        route53: { changeRecordSets: fails(new Route53Error('transient', 'ECONNRESET', 'broke off', { cause: GONE })) },
      },
      'bad',
      /^zones: example\.com .*broke off → look at the way to AWS/,
    ],
    [
      'a quota that Route 53 gives no answer about',
      { route53: { recordSetLimit: NO_WAY } },
      'bad',
      /^zones: example\.com .*its quota cannot be read: gave no answer in time → look at the way to AWS/,
    ],
    [
      'a quota that the caller may not read',
      { route53: { recordSetLimit: thrown('AccessDenied') } },
      'unknown',
      /^zones: example\.com .*its quota cannot be read: they say no → allow route53:GetHostedZoneLimit/,
    ],
    ['a clock that is off', { probe: async () => ({ ...PROBE, serverTime: NOW - 300_000 }) }, 'doubt', /299 s apart/],
    [
      'an ExternalDNS with our owner id',
      { probe: async () => ({ ...PROBE, deployments: [deployment('platform')] }) },
      'bad',
      /owner id "platform" runs there.*kubectl -n dns scale deployment external-dns --replicas 0/,
    ],
    [
      'an ExternalDNS of somebody else',
      { probe: async () => ({ ...PROBE, deployments: [deployment('team-b')] }) },
      'doubt',
      /another owner id \(team-b\)/,
    ],
    [
      'Deployments that may not be listed',
      { probe: async () => ({ ...PROBE, deployments: { error: '403' } }) },
      'unknown',
      /Deployments cannot be listed \(403\)/,
    ],
    [
      'a store that takes no writes',
      { store: { ...createMemoryStore(), put: fails(new Error('EACCES')) } },
      'bad',
      /cannot be written: EACCES/,
    ],
    ['a zone that no run has read for long', { store: LONG_AGO }, 'doubt', /read it in full 2 h ago → .*AlarmNoRuns/],
    [
      'names that Route 53 refused, each once',
      { store: REFUSED },
      'doubt',
      /^zones: example\.com \(Z1\): Route 53 refused a\.example\.com, b\.example\.com: No health check .* → fairlead explain "a\.example\.com"/,
    ],
    [
      'names of ours in a zone that left the config',
      { store: LEFT_ZONES },
      'doubt',
      /^zones: corp\.example \(Z9\): .*5 names .* of ours.*: a\.corp\.example, b\.corp\.example.* → put its view/,
    ],
    [
      'messages that were put aside',
      { messages: async queue => (queue.includes('dead') ? 3 : 0) },
      'doubt',
      /dead-letters\.fifo: 3 messages wait → .*AlarmDeadLetters/,
    ],
    [
      'a webhook whose calls IAM verifies',
      { environmentOf: async () => ({ FAIRLEAD_WEBHOOK_SECRET: '' }) },
      'ok',
      /^webhook: fairlead-prod-webhook: IAM verifies who calls it/,
    ],
    [
      'a stack without a webhook',
      { environmentOf: async () => undefined },
      'ok',
      /^webhook: .*the stack has no webhook/,
    ],
    [
      'a queue that may not be looked at',
      { messages: thrown('AccessDenied') },
      'unknown',
      /^queue: fairlead-prod\.fifo: they say no → allow sqs:GetQueueUrl/,
    ],
    [
      'a silent SQS',
      { messages: NO_WAY },
      'bad',
      /^queue: fairlead-prod\.fifo: gave no answer .* → look at the way to AWS/,
    ],
    [
      'a silent Lambda',
      { environmentOf: NO_WAY },
      'bad',
      /^webhook: .*: gave no answer in time → look at the way to AWS/,
    ],
    [
      'a silent Parameter Store',
      webhook('ssm:/s', NO_WAY),
      'bad',
      /^webhook: .*is not known: gave no answer in time → look at the way to AWS/,
    ],
    [
      'a webhook that may not be looked at',
      { environmentOf: thrown('AccessDeniedException') },
      'unknown',
      /^webhook: fairlead-prod-webhook: they say no → allow lambda:GetFunctionConfiguration on fairlead-prod-webhook/,
    ],
    [
      'a shared secret',
      webhook('ssm:/s', async () => SECRET),
      'ok',
      /^webhook: .*its shared secret \(ssm:\/s\) is there →/,
    ],
    [
      'a shared secret that is being changed',
      webhook('ssm:/s', async () => `${SECRET}new\n${SECRET}\n`),
      'ok',
      /\(ssm:\/s\) is there, and a former one/,
    ],
    [
      'no shared secret in the Parameter Store',
      webhook('ssm:/s', thrown('ParameterNotFound')),
      'bad',
      /^webhook: .*\(ssm:\/s\) does not exist → aws ssm put-parameter --name \/s --type SecureString .*webhookSecret/,
    ],
    [
      'no shared secret in Secrets Manager',
      webhook('secretsmanager:s', thrown('ResourceNotFoundException')),
      'bad',
      /\(secretsmanager:s\) does not exist → aws secretsmanager create-secret --name s /,
    ],
    [
      'a binary secret',
      webhook('secretsmanager:s', async () => undefined),
      'bad',
      /secretsmanager:s is empty.* → docs\/notices/,
    ],
    [
      'a blank secret',
      webhook('ssm:/s', async () => ' \n'),
      'bad',
      /ssm:\/s is empty: write a secret into it → docs\/notices/,
    ],
    [
      'a short secret',
      webhook('ssm:/s', async () => SECRET.slice(0, 8)),
      'bad',
      /ssm:\/s has a secret of less than \d+ characters/,
    ],
    [
      'a shared secret that this caller may not read',
      webhook('ssm:/s', thrown('AccessDeniedException')),
      'unknown',
      /whether its shared secret \(ssm:\/s\) is there is not known: they say no → let the caller have ssm:GetParameter/,
    ],
    [
      'a secret in the place of its place',
      webhook(SECRET, async () => SECRET),
      'bad',
      /^webhook: fairlead-prod-webhook: its variable FAIRLEAD_WEBHOOK_SECRET names no place .* → set webhookSecret/,
    ],
    ['a stack of another name', { messages: async () => undefined }, 'bad', /there is no such queue/],
  ])('%s', async (_, broken, status, said) => {
    const checks = await examine(configOf(), worldOf(broken), { stack: 'fairlead-prod' });
    expect(statuses(checks, status)).toContainEqual(expect.stringMatching(said));
    expect(JSON.stringify(checks)).not.toContain(SECRET.slice(0, 8));
  });

  test('a stopped ExternalDNS is none, and one without an owner id has the id "default"', async () => {
    const look = async (deployments: unknown[], more = '') =>
      statuses(await examine(configOf(more), worldOf({ probe: async () => ({ ...PROBE, deployments }) })), 'bad');
    expect(await look([deployment('platform', 0)])).toEqual([]);
    const unset = structuredClone(deployment(''));
    unset.spec.template.spec.containers[0]!.args.pop();
    expect(await look([unset])).toEqual([]);
  });
});

test('of a state that cannot be read nobody concludes that nothing has run', async () => {
  const checks = await examine(
    configOf(),
    worldOf({ store: { ...createMemoryStore(), get: fails(new Error('EIO')) } }),
  );
  const told = checks
    .filter(({ found }) => /\bread\b.*(run|state)|\brun\b.*\bread/.test(found))
    .map(({ found }) => found);
  expect(told).toEqual(['when a run read it last is not known: the state cannot be read']);
  expect(statuses(checks, 'bad')).toEqual([expect.stringMatching(/^state: \S+: it cannot be read: EIO → mend/)]);
});

test('that a service has no IPv6 address is no refusal', async () => {
  expect(statuses(await examine(configOf(), worldOf({ store: NO_IPV6 })), 'doubt')).toEqual([]);
});

test('nothing is changed: the one change that is sent names a record set that nobody has', async () => {
  const sent: unknown[] = [];
  const store = createMemoryStore();
  const changeRecordSets: DoctorPorts['route53']['changeRecordSets'] = async (zone, changes) => {
    sent.push(zone, ...changes);
    throw new Route53Error('rejected', 'InvalidChangeBatch', 'it was not found');
  };
  await examine(configOf(), worldOf({ store, route53: { changeRecordSets } }));
  expect(sent).toMatchObject([
    'Z1',
    { action: 'DELETE', record: { name: '_fairlead-doctor-r.example.com', type: 'TXT' } },
  ]);
  expect(await store.get('doctor/r')).toBeUndefined();
});
