import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { rolesFor } from '../../infra/cluster-role.ts';
import { makeDeployment } from '../../infra/deployment.ts';
import { roleStatements } from '../../infra/iam.ts';
import { nextSteps } from '../../infra/next-steps.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { composePorts, reconcile } from '../../lib/reconcile/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';
import { deployed } from '../../scripts/package/policy.ts';

const GRANTS = {
  ...{ logGroup: 'arn:logs', queue: 'arn:queue', undelivered: 'arn:undelivered', stateBucket: 'arn:bucket' },
  ...{ tracing: false, vpc: false },
};
const FAR = 'arn:aws:iam::222222222222:role/dns';
const FARTHER = 'arn:aws:iam::333333333333:role/dns';
const HEAD = 'owner: o\nclusters: [{name: prod, region: us-east-1}]\n';
const configOf = (text: string) => parseConfig(HEAD + text, { file: 'fairlead.yml', env: {} });
const statements = (text: string) => roleStatements(configOf(text), GRANTS);
const bySid = (text: string) => Object.fromEntries(statements(text).map(one => [one.Sid, one]));
const zone = (id: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:route53:::hostedzone/${id}` });

describe('the role is made from all views', () => {
  it('has the names and types of each view of its own account, and may assume the roles of the others', () => {
    const found = bySid(
      `views:
  - {name: a, zones: {domains: [a.com], ids: [Z1]}, records: {types: [A]}}
  - {name: b, zones: {domains: [b.com], ids: [Z2], excludeDomains: [x.b.com]}}
  - {name: c, zones: {domains: [c.com], roleArn: "${FAR}"}}
  - {name: d, zones: {domains: [d.com], roleArn: "${FARTHER}"}}
`,
    );
    expect(found.ReadZones?.Resource).toEqual([zone('Z1'), zone('Z2')]);
    const names = 'route53:ChangeResourceRecordSetsNormalizedRecordNames';
    const types = 'route53:ChangeResourceRecordSetsRecordTypes';
    expect(found.ChangeRecords).toMatchObject({
      Resource: [zone('Z1')],
      Condition: { 'ForAllValues:StringEquals': { [types]: ['A', 'TXT'] } },
    });
    expect(found.ChangeRecords?.Condition?.['ForAllValues:StringLike']?.[names]).toContain('*.a.com');
    expect(found.ChangeRecords2).toMatchObject({ Resource: [zone('Z2')] });
    expect(found.KeepOut2).toMatchObject({ Effect: 'Deny', Resource: [zone('Z2')] });
    expect(found.AssumeRoles?.Resource).toEqual([FAR, FARTHER]);
    expect(JSON.stringify(found)).not.toMatch(/[cd]\.com/);
  });

  it('denies nothing to one view that another may have', () => {
    const found = bySid(
      'views: [{name: a, zones: {domains: [a.com], excludeDomains: [x.a.com]}}, {name: b, zones: {domains: [x.a.com]}}]\n',
    );
    expect(Object.keys(found).filter(sid => sid.startsWith('KeepOut'))).toEqual([]);
    expect(found.ReadZones?.Resource).toEqual([zone('*')]);
  });

  it('has no rights to zones of its own account where every view has a role, and none of the file that no view has', () => {
    const text = `zones: {domains: [top.com]}\nviews: [{name: a, zones: {domains: [a.com], roleArn: "${FAR}"}}]\n`;
    expect(JSON.stringify(statements(text))).not.toMatch(/route53|top\.com/);
  });
});

describe('the stack of a config with views', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-views-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const views = `views: [{name: a, zones: {ids: [Z1]}}, {name: b, zones: {ids: [Z2], roleArn: "${FAR}"}}, {name: c, zones: {ids: [Z3], roleArn: "${FARTHER}"}}]`;

  it('is told of drift in the zones and accounts of all', () => {
    const { params } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' });
    writeFileSync(join(folder, 'fairlead.yml'), `clusters: [{name: prod}]\n${views}`);
    const { rules } = makeDeployment({ ...params.default, drift: 'cloudtrail' }, folder, 'eu-west-1');
    expect(JSON.stringify(rules.Drift)).toMatch(/Z1.*Z2.*Z3/);
    expect(JSON.stringify(rules.Drift)).toContain(FARTHER);
    expect(JSON.stringify(rules.DriftBusPolicy)).toContain('222222222222');
    expect(JSON.stringify(rules.DriftBusPolicy2)).toContain('333333333333');
    const ids = [rules.DriftBusPolicy, rules.DriftBusPolicy2].map(one => JSON.stringify(one?.Properties.StatementId));
    expect(new Set(ids).size).toBe(2);
  });

  it('is followed by a command for each account that has zones', () => {
    const config = configOf(views);
    const steps = nextSteps({ config, stage: 'prod', region: 'eu-west-1', paused: false, outputs: {} });
    const lines = steps.flatMap(({ commands }) => commands).filter(line => line.includes('zones-role'));
    expect(lines).toEqual([
      expect.stringMatching(/fairlead-zones-222222222222-dns .*hostedzone\/Z2/),
      expect.stringMatching(/fairlead-zones-333333333333-dns .*hostedzone\/Z3/),
    ]);
  });

  it.each([
    ['views: [{name: a, filters: {namespaces: [x]}}, {name: b, filters: {namespaces: [y]}}]', ['x', 'y'], 'Role'],
    ['views: [{name: a, filters: {namespaces: [x]}}, {name: b}]', [], 'ClusterRole'],
  ])('reads in a cluster what any view reads: %s', (text, namespaces, kind) => {
    const roles = rolesFor(configOf(`sources: [service]\n${text}`))
      .split('---\n')
      .map(one => parse(one))
      .filter(one => one?.kind === kind && JSON.stringify(one.rules).includes('"services"'));
    expect(roles.flatMap(({ metadata }) => metadata.namespace ?? [])).toEqual(namespaces);
    expect(roles.length).toBeGreaterThan(0);
  });
});

describe('in the local world, which checks roles and their conditions as IAM does', () => {
  const ROLE = 'arn:aws:iam::123456789012:role/fairlead';
  const OWN = { id: 'Z0EXAMPLE0000000001', name: 'example.com.', records: [] };
  const THEIRS = { id: 'Z0SHOP00000000000001', name: 'shop.example.net.', account: '222222222222', records: [] };
  const VIEWS = `views:
  - {name: own, zones: {domains: [example.com]}}
  - {name: shop, owner: shop, zones: {domains: [shop.example.net], roleArn: "${FAR}", externalId: abc}}
`;
  let world: World;
  let cluster: LocalCluster;
  beforeAll(async () => {
    world = await startWorld({ zones: [OWN], throttle: false });
    world.addZone({ id: THEIRS.id, name: THEIRS.name, account: THEIRS.account });
    cluster = await world.addCluster({ name: 'prod' });
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'web',
        namespace: 'shop',
        annotations: { 'external-dns.kubernetes.io/hostname': 'web.example.com,web.shop.example.net' },
      },
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    });
    const session = {
      ...{ arn: ROLE, userId: 'AROA:x', account: '123456789012', expires: Date.now() + 3_600_000 },
      policy: deployed(statements(VIEWS)),
    };
    for (const [name, value] of Object.entries(world.env(world.credentials.issue(session)))) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await world.close();
  });

  const run = () => {
    const config = configOf(VIEWS);
    return reconcile({ mode: 'sync', force: true }, { config, ports: composePorts(config, process.env) });
  };
  const names = (id: string) =>
    world.route53
      .dump()
      .find(one => one.id === id)
      ?.records.map(({ name, type }) => `${name} ${type}`)
      .sort();

  it('a role that cannot be assumed stops its view alone; then each zone is changed in its account', async () => {
    const first = await run();
    expect(first.findings.map(({ message }) => message)).toEqual([expect.stringMatching(/^view "shop": .*dns/)]);
    expect(names(OWN.id)).toEqual(['a-web.example.com. TXT', 'web.example.com. A']);
    expect(names(THEIRS.id)).toEqual([]);

    world.addRole({ arn: FAR, externalId: 'abc' });
    const second = await run();
    expect(second).toMatchObject({ inStep: true, findings: [], counts: { created: 1 } });
    expect(names(THEIRS.id)).toEqual(['a-web.shop.example.net. TXT', 'web.shop.example.net. A']);
  });
});
