import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { roleStatements } from '../../infra/iam.ts';
import { recordNames } from '../../infra/record-names.ts';
import { parseConfig } from '../../lib/config/index.ts';
import type { RecordSet } from '../../lib/model/index.ts';
import { passesFilter } from '../../lib/plan/zones/zones.ts';
import { composePorts, reconcile } from '../../lib/reconcile/index.ts';
import { ownershipName } from '../../lib/registry/names.ts';
import { createAwsRoute53 } from '../../lib/route53/index.ts';
import { decide } from '../../local/emulators/aws/iam.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';
import { deployed } from '../../scripts/package/policy.ts';

const GRANTS = {
  ...{ logGroup: 'arn:logs', queue: 'arn:queue', undelivered: 'arn:undelivered', stateBucket: 'arn:bucket' },
  ...{ tracing: false, vpc: false },
};
const configOf = (text: string) =>
  parseConfig(`owner: o\nclusters: [{name: prod, region: us-east-1}]\n${text}`, { file: 'fairlead.yml', env: {} });
const policyOf = (text: string) => deployed(roleStatements(configOf(text), GRANTS));

describe('the names that a role may change', () => {
  it.each<[string, string, readonly string[] | undefined, readonly string[]]>([
    ['any, without domains', 'zones: {}', undefined, []],
    ['a domain and all below', 'zones: {domains: [Example.com.]}', ['*.example.com', 'example.com'], []],
    ['only what is below', 'zones: {domains: [.example.com]}', ['*.example.com'], []],
    [
      'no domain twice, where another has it already',
      'zones: {domains: [example.com, team.example.com, other.org]}',
      ['*.example.com', '*.other.org', 'example.com', 'other.org'],
      [],
    ],
    [
      'the ownership records of a domain in a zone above, which only an id selects',
      'zones: {domains: [team.example.com], ids: [Z0EXAMPLE0000000001]}\nrecords: {types: [A, CNAME]}\nregistry: {prefix: txt-}',
      [
        '*.team.example.com',
        'team.example.com',
        'txt-a-team.example.com',
        'txt-cname-team.example.com',
        'txt-team.example.com',
      ],
      [],
    ],
    [
      'an excluded domain is kept out',
      'zones: {domains: [example.com], excludeDomains: [internal.example.com]}',
      ['*.example.com', 'example.com'],
      ['*.internal.example.com', 'internal.example.com'],
    ],
    [
      'unless a longer domain wins over it',
      'zones: {domains: [example.com, api.internal.example.com], excludeDomains: [internal.example.com]}',
      ['*.example.com', 'example.com'],
      [],
    ],
    [
      'or an ownership record may have the name',
      'zones: {domains: [example.com], excludeDomains: [a-www.example.com, a.example.com]}\nregistry: {prefix: "%{record_type}."}',
      ['*.example.com', 'example.com'],
      [],
    ],
  ])('%s', (_rule, text, allowed, denied) => {
    expect(recordNames(configOf(text))).toEqual({ allowed, denied });
  });
});

it.each([
  ['any, where a regular expression chooses', { domainRegex: 'x' }, undefined],
  ['any, where one leaves out', { excludeDomainRegex: 'x' }, undefined],
  [
    'ownership records in the zone above, where that is matched',
    { matchParent: true },
    expect.arrayContaining(['a-team.example.com']),
  ],
])('the names are %s', (_rule, more, allowed) => {
  const config = configOf('zones: {domains: [team.example.com]}');
  expect(recordNames({ ...config, zones: { ...config.zones, ...more } }).allowed).toEqual(allowed);
});

const label = fc.constantFrom('www', 'a', '*', 'a-www', 'shop', 'txt', '_fairlead-apex-a', 'x_y', 'internal');
const names = fc
  .array(label, { minLength: 0, maxLength: 3 })
  .map(labels => labels.map((one, at) => (at > 0 && one === '*' ? 'y' : one)));
const DOMAINS = ['example.com', 'team.example.com', 'internal.example.com', '.example.com', 'other.org'];
const filters = fc
  .record({
    domains: fc.subarray(DOMAINS, { minLength: 1 }),
    excludeDomains: fc.subarray(['internal.example.com', 'www.example.com', 'a-www.example.com', '.shop.example.com']),
  })
  .map(({ domains, excludeDomains }) => ({
    domains,
    excludeDomains: excludeDomains.filter(one => !domains.includes(one)),
  }));
const registries = fc.constantFrom(
  'registry: {}',
  'registry: {prefix: txt-}',
  'registry: {prefix: "txt."}',
  'registry: {prefix: "%{record_type}-edns."}',
  'registry: {suffix: -txt}',
  'registry: {suffix: "-%{record_type}"}',
  'registry: {prefix: txt-, wildcardReplacement: any}',
);

/** Whether the role may create a record set of this name and type. */
function may(policy: ReturnType<typeof policyOf>, name: string, type: string): boolean {
  const key = 'route53:ChangeResourceRecordSets';
  const context = {
    [`${key}NormalizedRecordNames`]: [name.replaceAll('*', '\\052')],
    [`${key}RecordTypes`]: [type],
    [`${key}Actions`]: ['CREATE'],
  };
  return decide(policy, { action: key, resource: 'arn:aws:route53:::hostedzone/Z1', context }) === 'allowed';
}

describe('whatever the domains, the affixes and the name', () => {
  it('what the config lets through is allowed, with its ownership record; what is outside its domains is not', () => {
    fc.assert(
      fc.property(
        filters,
        registries,
        names,
        fc.constantFrom('example.com', 'other.org', 'evil-example.com'),
        (filter, registry, labels, zone) => {
          const text = `zones: ${JSON.stringify({ ...filter, ids: ['Z1'] })}\n${registry}`;
          const config = configOf(text);
          const policy = policyOf(text);
          const name = [...labels, zone].join('.');
          if (passesFilter(name, config.zones)) {
            expect(may(policy, name, 'A')).toBe(true);
            expect(may(policy, ownershipName(name, 'A', zone, config.registry), 'TXT')).toBe(true);
          }
          const inside = config.zones.domains.some(domain => `.${name}`.endsWith(domain.replace(/^\.?/, '.')));
          if (!inside) expect(may(policy, name, 'A')).toBe([...(recordNames(config).allowed ?? [])].includes(name));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a role in the local world, which checks its conditions as IAM does', () => {
  const ZONE = 'Z0EXAMPLE0000000001';
  const ROLE = 'arn:aws:iam::123456789012:role/fairlead';
  let world: World;
  let cluster: LocalCluster;

  beforeAll(async () => {
    world = await startWorld({ zones: [{ id: ZONE, name: 'example.com.', records: [] }], throttle: false });
    cluster = await world.addCluster({ name: 'prod' });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await world.close();
  });

  /** From now on the process signs as the role that this config is deployed with. */
  function become(text: string) {
    const seconds = Date.now() + 3_600_000;
    const session = { arn: ROLE, userId: 'AROA:x', account: '123456789012', expires: seconds, policy: policyOf(text) };
    for (const [name, value] of Object.entries(world.env(world.credentials.issue(session)))) vi.stubEnv(name, value);
  }

  const service = (name: string, hostname: string, target = '192.0.2.1') => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', annotations: { 'external-dns.kubernetes.io/hostname': hostname } },
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ ip: target }] } },
  });
  const run = async (text: string) => {
    const config = configOf(text);
    const { findings, counts } = await reconcile(
      { mode: 'sync', force: true },
      { config, ports: composePorts(config, process.env) },
    );
    return { counts, findings: findings.filter(({ reason }) => reason !== 'filtered') };
  };

  it.each([
    ['plain', 'zones: {domains: [example.com]}'],
    [
      'a prefix with the type',
      'zones: {domains: [example.com], excludeDomains: [internal.example.com]}\nregistry: {prefix: "edns-%{record_type}."}',
    ],
    ['a suffix', 'zones: {domains: [example.com]}\nregistry: {suffix: -txt, wildcardReplacement: any}'],
    ['a domain within the zone', `zones: {domains: [www.example.com], ids: [${ZONE}]}`],
  ])('publishes, changes and takes away all that the config lets through: %s', async (_rule, text) => {
    become(text);
    cluster.apply(service('web', 'www.example.com, *.www.example.com, deep.down.www.example.com, example.com'));
    const made = await run(text);
    expect(made.findings).toEqual([]);
    expect(made.counts.created).toBeGreaterThanOrEqual(3);
    cluster.apply(
      service('web', 'www.example.com, *.www.example.com, deep.down.www.example.com, example.com', '192.0.2.2'),
    );
    expect(await run(text)).toMatchObject({ findings: [], counts: { updated: made.counts.created } });
    cluster.delete({ kind: 'Service', namespace: 'shop', name: 'web' });
    expect(await run(text)).toMatchObject({ findings: [], counts: { deleted: made.counts.created } });
    expect(world.route53.dump().flatMap(({ records }) => records)).toEqual([]);
  });

  const A = (name: string): RecordSet => ({ name, type: 'A', ttl: 60, values: ['192.0.2.9'] }) as RecordSet;
  it.each([
    ['a name outside the domains', A('mail.example.com')],
    ['a name that only ends like a domain', A('evilwww.example.com')],
    ['an ownership record of a name outside', { ...A('a-mail.example.com'), type: 'TXT', values: ['"heritage"'] }],
    ['a type that is not managed', { ...A('x.www.example.com'), type: 'MX', values: ['10 mail.example.com'] }],
    ['a name of an excluded domain', A('x.secret.www.example.com')],
  ])('is refused %s', async (_rule, record) => {
    become(`zones: {domains: [www.example.com], excludeDomains: [secret.www.example.com], ids: [${ZONE}]}`);
    const sent = createAwsRoute53().changeRecordSets(ZONE, [{ action: 'CREATE', record: record as RecordSet }]);
    await expect(sent).rejects.toMatchObject({ kind: 'denied' });
  });

  it('is refused another zone, and another action', async () => {
    become('zones: {domains: [example.com], ids: [Z1]}');
    const zone = { id: 'Z0OTHER00000000001', name: 'other.org.', records: [] };
    world.route53.load([zone]);
    await expect(createAwsRoute53().listRecordSets(zone.id)).rejects.toMatchObject({ kind: 'denied' });
    const upsert = { action: 'UPSERT', record: A('x.example.com') } as never;
    await expect(createAwsRoute53().changeRecordSets(ZONE, [upsert])).rejects.toMatchObject({ kind: 'denied' });
  });
});
