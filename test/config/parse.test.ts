import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ConfigError, loadConfig } from '../../lib/config/index.ts';
import { errorOf, FILE, MINIMAL, parse, withLines } from './files.ts';

describe('how names are shared', () => {
  it.each([
    ['sharing: first', []],
    ['sharing: merge', [{ domains: [], mode: 'merge' }]],
    [
      'sharing: [{domains: [Shop.example.com.], mode: weighted}]',
      [{ domains: ['shop.example.com'], mode: 'weighted' }],
    ],
  ])('%s', (line, expected) => {
    expect(withLines(line).sharing).toEqual(expected);
  });

  it('by weight, with the clusters’ weights', () => {
    const config = parse(
      'clusters: [{name: a, region: eu-west-1, weight: 0}, {name: b, region: eu-west-1, weight: 1}]',
    );
    expect(config.clusters.map(({ weight }) => weight)).toEqual([0, undefined]);
  });
});

describe('a config that names its clusters only', () => {
  it('has a default for everything else', () => {
    expect(parse(MINIMAL)).toEqual({
      clusters: [{ name: 'demo', owner: 'fairlead', region: 'eu-west-1' }],
      shards: [{ name: 'default', clusters: ['demo'] }],
      zones: { domains: [], excludeDomains: [], type: 'any', ids: [], tags: {}, matchParent: false, freeze: [] },
      sources: ['service', 'ingress'],
      gateway: { name: '', namespace: '', labels: '', listenerSets: true, wildcardListeners: true },
      policy: 'sync',
      annotationPrefixes: ['external-dns.kubernetes.io/', 'external-dns.alpha.kubernetes.io/'],
      hostnames: {
        fromServiceName: false,
        templates: [],
        targetTemplates: [],
        combine: false,
        ignoreAnnotation: false,
      },
      filters: { namespaces: [], labels: '', annotations: '' },
      ingress: { classes: [], ignoreTls: false, ignoreRules: false },
      service: { types: [], publishInternal: false, publishHostIp: false, publishNotReady: false },
      records: {
        types: ['A', 'AAAA', 'CNAME'],
        preferCname: false,
        evaluateTargetHealth: true,
        ttl: 300,
        merge: 'namespace',
        minTtl: 0,
        targetNets: [],
        excludeTargetNets: [],
        defaultTargets: [],
      },
      registry: { type: 'txt', prefix: '', suffix: '', wildcardReplacement: '', encryptionKeys: [] },
      state: { store: { kind: 'memory' }, refreshMs: 900_000 },
      guard: {
        maxDeletes: { count: 10, percent: 20 },
        maxUpdates: { count: 50, percent: 50 },
        deleteAfterMs: 0,
      },
      limits: {
        hostnamesPerObject: 500,
        targetsPerObject: 400,
        recordsPerNamespace: 5000,
        readSeconds: 60,
        readMiB: 512,
      },
      budget: { requestsPerSecond: 5, burst: 25 },
      sharing: [],
      claims: [],
      views: [],
      kubernetesEvents: false,
    });
  });

  it('says the same with every section empty', () => {
    const sections = [
      'zones',
      'hostnames',
      'filters',
      'ingress',
      'service',
      'records',
      'registry',
      'state',
      'guard',
      'limits',
      'budget',
    ];
    expect(withLines(...sections.map(section => `${section}:`), 'owner:', 'policy:', 'sharing:')).toEqual(
      parse(MINIMAL),
    );
  });

  it('says the same with everything that comes later at its default', () => {
    const later = ['registry: {type: txt}', 'sharing: first'];
    expect(withLines(...later)).toEqual(parse(MINIMAL));
  });
});

test('what is frozen: clusters, and zones by name or id', () => {
  const text = 'clusters: [{name: a, region: us-east-1, freeze: true}, {name: b, region: us-east-1, freeze: false}]';
  const config = parse(`${text}\nzones: {freeze: [Example.com., /hostedzone/Z0123, Z0123]}`);
  expect(config.clusters.map(cluster => cluster.freeze)).toEqual([true, undefined]);
  expect(config.zones.freeze).toEqual(['example.com', 'Z0123']);
});

test.each<[string, readonly string[]]>([
  ['null', []],
  ['env:TXT_ENCRYPT_KEY', ['env:TXT_ENCRYPT_KEY']],
  ['ssm:/dns/key', ['ssm:/dns/key']],
  ['[secretsmanager:dns/key, "env:OLD", secretsmanager:dns/key]', ['secretsmanager:dns/key', 'env:OLD']],
  ['[plain, env:OLD]', ['plain', 'env:OLD']],
])('the keys of encrypted ownership records are one place or a list of them: %s', (text, places) => {
  expect(withLines(`registry: {encryptionKey: ${text}}`).registry.encryptionKeys).toEqual(places);
});

test('claims have every key, and domains in canonical form', () => {
  const rule = {
    clusters: [],
    namespaces: [],
    domains: [],
    types: [],
    wildcard: false,
    apex: false,
    underscore: false,
  };
  const { claims } = withLines(
    'claims: [{clusters: [prod-*], namespaces: [shop, s*], domains: [Shop.Example.com.], wildcard: true}, {types: [TXT, TXT]}, {}]',
  );
  expect(claims).toEqual([
    { ...rule, clusters: ['prod-*'], namespaces: ['shop', 's*'], domains: ['shop.example.com'], wildcard: true },
    { ...rule, types: ['TXT'] },
    rule,
  ]);
});

test('every switch of the objects is taken over', () => {
  const { records, ...config } = withLines(
    'zones: {domainRegex: "a|b", excludeDomainRegex: c, tags: {team: dns, managed: ""}, matchParent: true}',
    'hostnames: {templates: ["{{.Name}}.x.com"], targetTemplates: [x.com], combine: true, ignoreAnnotation: true}',
    'filters: {namespaces: [shop], labels: "a in (b,c)", annotations: "!x"}',
    'ingress: {classes: [alb], ignoreTls: true, ignoreRules: true}',
    'service: {types: [NodePort], publishInternal: true, publishHostIp: true, publishNotReady: true}',
    'records: {types: [A, TXT, MX], excludeTypes: [MX], minTtl: 2m, targetNets: [10.0.0.0/8], defaultTargets: [X.example.com.]}',
  );
  expect(records).toMatchObject({ types: ['A', 'TXT'], minTtl: 120, targetNets: ['10.0.0.0/8'] });
  expect(records.defaultTargets).toEqual(['x.example.com']);
  expect(config).toMatchObject({
    zones: { domainRegex: 'a|b', excludeDomainRegex: 'c', tags: { team: 'dns', managed: '' }, matchParent: true },
    hostnames: { templates: ['{{.Name}}.x.com'], targetTemplates: ['x.com'], combine: true, ignoreAnnotation: true },
    filters: { namespaces: ['shop'], labels: 'a in (b,c)', annotations: '!x' },
    ingress: { classes: ['alb'], ignoreTls: true, ignoreRules: true },
    service: { types: ['NodePort'], publishInternal: true, publishHostIp: true, publishNotReady: true },
  });
});

describe('the config', () => {
  it('is frozen to its depths', () => {
    const config = withLines('zones: {domains: [example.com]}', 'state: {store: s3://bucket/prefix}');
    const open: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
    };
    visit(config, 'config');
    expect(open).toEqual([]);
  });

  it.each([
    [
      'domains in canonical form',
      'zones: {domains: [Example.COM., .Bücher.example]}',
      { domains: ['example.com', '.xn--bcher-kva.example'] },
    ],
    [
      'a domain once, whatever its spelling',
      'zones: {domains: [example.com, EXAMPLE.com.]}',
      { domains: ['example.com'] },
    ],
    ['zone ids without prefix', 'zones: {ids: [/hostedzone/Z1, hostedzone/Z2, Z3]}', { ids: ['Z1', 'Z2', 'Z3'] }],
    [
      'the role of the zones',
      'zones: {roleArn: "arn:aws-cn:iam::111122223333:role/a/b"}',
      { roleArn: 'arn:aws-cn:iam::111122223333:role/a/b' },
    ],
    [
      'the external id of their role',
      'zones: {roleArn: "arn:aws:iam::111122223333:role/a", externalId: abc}',
      { roleArn: 'arn:aws:iam::111122223333:role/a', externalId: 'abc' },
    ],
  ])('has %s', (_rule, line, zones) => {
    expect(withLines(line).zones).toMatchObject(zones);
  });

  it.each([
    ['60', 60],
    ['"60"', 60],
    ['5m', 300],
    ['1m1.9s', 61],
    ['2147483647', 2_147_483_647],
  ])('has records.ttl %s in seconds', (text, seconds) => {
    expect(withLines(`records: {ttl: ${text}}`).records.ttl).toBe(seconds);
  });

  it.each([
    ['15m', 900_000],
    ['0s', 0],
    ['0', 0],
    ['90', 90_000],
    ['"90"', 90_000],
    ['1.5', 1500],
    ['250ms', 250],
    ['1h30m', 5_400_000],
  ])('has durations such as %s in milliseconds', (text, milliseconds) => {
    const config = withLines(`state: {refresh: ${text}}`, `guard: {deleteAfter: ${text}}`);
    expect([config.state.refreshMs, config.guard.deleteAfterMs]).toEqual([milliseconds, milliseconds]);
  });

  it.each([
    ['memory', { kind: 'memory' }],
    ['s3://my-bucket', { kind: 's3', bucket: 'my-bucket', prefix: '' }],
    ['s3://my-bucket/', { kind: 's3', bucket: 'my-bucket', prefix: '' }],
    ['s3://my-bucket/a/b/', { kind: 's3', bucket: 'my-bucket', prefix: 'a/b' }],
    ['./state', { kind: 'folder', path: '/etc/fairlead/state' }],
    ['./memory', { kind: 'folder', path: '/etc/fairlead/memory' }],
    ['../state', { kind: 'folder', path: '/etc/state' }],
    ['/var/lib/fairlead', { kind: 'folder', path: '/var/lib/fairlead' }],
  ])('keeps state in %s', (text, store) => {
    expect(withLines(`state: {store: ${text}}`).state.store).toEqual(store);
  });

  it('has the affixes of ownership records in lower case', () => {
    const registry = 'registry: {prefix: "EDNS-%{record_type}.", wildcardReplacement: ANY}';
    expect(withLines(registry).registry).toEqual({
      type: 'txt',
      prefix: 'edns-%{record_type}.',
      suffix: '',
      wildcardReplacement: 'any',
      encryptionKeys: [],
    });
  });

  it('fills in one number of the guard when the other is given', () => {
    expect(withLines('guard: {maxDeletes: {count: 3}}').guard.maxDeletes).toEqual({ count: 3, percent: 20 });
  });
});

describe('a cluster', () => {
  const clusters = (yaml: string, env = {}) => parse(`owner: platform\nclusters:\n${yaml}`, { env }).clusters;

  it('has the owner of the file unless it names its own', () => {
    const [a, b] = clusters('  - {name: a, region: eu-west-1}\n  - {name: b, region: eu-west-1, owner: team-b}');
    expect([a?.owner, b?.owner]).toEqual(['platform', 'team-b']);
  });

  it('is in the region of the environment unless it names its own', () => {
    const [a, b] = clusters('  - {name: a}\n  - {name: b, region: us-gov-west-1}', { AWS_REGION: 'eu-west-1' });
    expect([a?.region, b?.region]).toEqual(['eu-west-1', 'us-gov-west-1']);
  });

  it('may have a role with an external id', () => {
    const role = { roleArn: 'arn:aws:iam::111122223333:role/fairlead-read', externalId: 'abc' };
    expect(clusters(`  - {name: a, region: eu-west-1, roleArn: "${role.roleArn}", externalId: abc}`)[0]).toMatchObject(
      role,
    );
  });

  it('may have a kubeconfig, relative to the file, and then no region, not even of the environment', () => {
    const [lab] = clusters('  - {name: lab, kubeconfig: ./lab.kubeconfig, context: lab}', { AWS_REGION: 'eu-west-1' });
    expect(lab).toEqual({ name: 'lab', owner: 'platform', kubeconfig: '/etc/fairlead/lab.kubeconfig', context: 'lab' });
  });
});

describe('the environment', () => {
  const store = (text: string, env: object) => parse(text, { env }).state.store;

  it('names the bucket of the state where the file names no store', () => {
    const env = { FAIRLEAD_STATE_BUCKET: 'stack-bucket' };
    expect(store(MINIMAL, env)).toEqual({ kind: 's3', bucket: 'stack-bucket', prefix: '' });
    expect(store(`${MINIMAL}state: {store: memory}`, env)).toEqual({ kind: 'memory' });
  });
});

describe('loadConfig', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
    writeFileSync(join(folder, 'fairlead.yml'), 'clusters: [{name: lab, kubeconfig: kube/config}]\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads a file, and paths in it relative to it', () => {
    const { clusters } = loadConfig(join(folder, 'fairlead.yml'), {});
    expect(clusters[0]?.kubeconfig).toBe(join(folder, 'kube/config'));
  });

  it('knows Lambda by its environment, and refuses a kubeconfig there', () => {
    const load = () => loadConfig(join(folder, 'fairlead.yml'), { AWS_LAMBDA_FUNCTION_NAME: 'reconcile' });
    expect(load).toThrow(/clusters\[0\]\.kubeconfig: works in the terminal only/);
  });

  it('names a file that cannot be read, with the cause', () => {
    const load = () => loadConfig(join(folder, 'none.yml'), {});
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/none\.yml: cannot be read \(it is not there\): give the path .*fairlead init/);
    expect(load).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: 'ENOENT' }) }));
  });
});

it('a ConfigError carries file and problems for programs', () => {
  const error = errorOf(`${MINIMAL}polcy: sync`);
  expect(error).toMatchObject({ name: 'ConfigError', file: FILE, problems: [{ path: ['polcy'], line: 2 }] });
});
