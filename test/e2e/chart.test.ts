import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createInstruments } from '../../forwarder/program/instruments.ts';
import { parseSettings } from '../../forwarder/program/settings.ts';
import { rolesFor } from '../../infra/cluster-role.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { EVERY_GATEWAY, type Rule, rulesFor, SOURCE_GROUPS } from '../../lib/sources/index.ts';
import { lintChart, renderChart } from '../../scripts/helm.ts';
import { manifests } from '../../scripts/manifests.ts';
import { builtPath } from '../../scripts/real/programs.ts';
import { root } from '../../scripts/sls.ts';

const helm = builtPath('helm');
const SECRET = 'c2VjcmV0LW9mLXRoaXJ0eS10d28tY2hhcmFjdGVycw==';
const HMAC = ['--set', 'webhook.auth=hmac,webhook.region='];

/** What the chart makes with `--set` of these. */
async function renderAll(...args: readonly string[]) {
  const documents = parseAllDocuments(await renderChart(helm, ...args)).map(document => document.toJS());
  return documents.filter(one => one !== null);
}

/** The same by kind. */
const render = async (...args: readonly string[]) =>
  Object.fromEntries((await renderAll(...args)).map(one => [one.kind, one]));

describe('the chart', () => {
  it('is clean, with its defaults and with values', async () => {
    await lintChart(helm);
    await lintChart(helm, '--values', 'forwarder/manifests/values.yaml');
  });

  it('makes the plain manifests (npm run manifests)', async () => {
    expect(await readFile(`${root}forwarder/manifests/forwarder.yaml`, 'utf8')).toBe(await manifests(helm));
  });

  it('asks for what has no default, naming it', async () => {
    for (const name of ['cluster', 'webhook.url', 'image.repository'])
      await expect(render('--set', `${name}=`)).rejects.toThrow(`${name}: give `);
    const all = render('--set', 'cluster=,webhook.url=,image.repository=,webhook.auth=hmac,webhook.region=');
    await expect(all).rejects.toThrow(
      /cluster: give .*; webhook\.url: give .*; image\.repository: give .*; webhook: with auth hmac/,
    );
    await expect(render(...HMAC)).rejects.toThrow('with auth hmac, give existingSecret or secret');
  });

  it.each([
    ['an unknown key', 'clusterName=a', "'clusterName' not allowed"],
    ['an unknown key further in', 'webhook.uri=a', "'uri' not allowed"],
    ['a cluster that no config may name', 'cluster=a/b', '/cluster'],
    ['a webhook without TLS', 'webhook.url=http://example.com/', '/webhook/url'],
    ['another way to sign', 'webhook.auth=none', '/webhook/auth'],
    ['a secret that nothing is signed with', 'webhook.existingSecret=a', '/webhook/existingSecret'],
    ['a secret that could be guessed', 'webhook.auth=hmac,webhook.region=,webhook.secret=short', '/webhook/secret'],
    ['a region for hmac', 'webhook.auth=hmac,webhook.existingSecret=a,webhook.region=eu-west-1', '/webhook/region'],
    [
      'an address of one’s own without its region',
      'webhook.url=https://hooks.example.com/',
      'webhook.region: give the region',
    ],
    [
      'two secrets',
      `webhook.auth=hmac,webhook.region=,webhook.existingSecret=a,webhook.secret=${SECRET}`,
      "at '/webhook'",
    ],
    ['a source that nobody watches', 'sources={pod}', '/sources/0'],
    ['no source', 'sources=null', 'sources'],
    ['text for a number', 'gather.quietMs=soon', '/gather/quietMs'],
    ['a namespace that none may be called', 'filters.namespaces={shop-*}', '/filters/namespaces/0'],
    ['a selector that is none', 'filters.labels=app in', 'filters.labels: "app in" is not a selector: write k=v'],
    ['annotations’ selector that is none', 'filters.annotations==x', 'filters.annotations: "=x" is not'],
    ['Gateways’ selector that is none', 'gateway.labels=a b', 'gateway.labels: "a b" is not a selector'],
    ['a view’s selector that is none', 'views[0].filters.labels=a b', 'views[0].filters.labels: "a b" is not'],
    ['a key that a view does not have', 'views[0].filter.labels=a', "'filter' not allowed"],
    ['a record type that is none', 'records.types={A,B}', '/records/types/1'],
    ['memory that is none', 'resources.limits.memory=lots', '/resources/limits/memory'],
    ['more pods', 'replicas=2', "'replicas' not allowed"],
  ])('refuses %s, naming it', async (_rule, set, said) => {
    await expect(render('--set', set)).rejects.toThrow(said);
  });

  it('takes an address of one’s own with its region', async () => {
    const { ConfigMap } = await render('--set', 'webhook.url=https://hooks.example.com/,webhook.region=eu-west-1');
    expect(JSON.parse(ConfigMap.data['forwarder.json']).webhook.region).toBe('eu-west-1');
  });

  it('gives no right to a kind that is not watched', async () => {
    const { ClusterRole, ConfigMap } = await render('--set', 'sources={ingress}');
    expect(ClusterRole.rules).toEqual([
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
    ]);
    expect(JSON.parse(ConfigMap.data['forwarder.json']).sources).toEqual(['ingress']);
  });

  it.each<[string, object]>([
    ['no namespace', {}],
    ['namespaces', { filters: { namespaces: ['shop', 'web-2'] } }],
    ['one source', { sources: ['ingress'], filters: { namespaces: ['shop'] } }],
    ['Services that need no others', { service: { types: ['LoadBalancer'] } }],
    ['Services that need nodes and pods', { service: { types: ['NodePort'] }, filters: { namespaces: ['shop'] } }],
    ['routes', { sources: ['gateway', 'crd'], filters: { namespaces: ['shop'] } }],
    [
      'routes with Gateways of one namespace',
      { sources: ['gateway-httproute'], filters: { namespaces: ['shop'] }, gateway: { namespace: 'infra' } },
    ],
    ['Gateways of one namespace alone', { sources: ['gateway-httproute'], gateway: { namespace: 'infra' } }],
    ['views over it', { filters: { namespaces: ['shop'] }, views: [{ filters: { namespaces: ['a', 'shop'] } }, {}] }],
    ['a view of all', { filters: { namespaces: ['shop'] }, views: [{ name: 'x', filters: { namespaces: [] } }, {}] }],
    [
      'views of Services of other types',
      {
        service: { types: ['LoadBalancer'] },
        views: [{ filters: { namespaces: ['a'] } }, { filters: { namespaces: ['b'] }, service: { types: [] } }],
      },
    ],
  ])('gives the rights of a run, where the filters let them be: %s', async (_rule, values) => {
    const sets = Object.entries(values).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]);
    // Sources hold for all views; each of these needs zones of its own in a config, which the forwarder does not know.
    const views = (values as { views?: object[] }).views?.map((view, i) => ({
      ...{ name: `v${i}`, zones: { domains: [`v${i}.example.com`] } },
      ...view,
    }));
    const config = { clusters: [{ name: 'a', region: 'eu-west-1' }], ...values, ...(views && { views }) };
    const expected = parseAllDocuments(rolesFor(parseConfig(JSON.stringify(config), { file: 'f', env: {} })));
    const ROLES = ['ClusterRole', 'Role'];
    const rightsOf = (documents: readonly { kind: string; metadata: { namespace?: string }; rules: Rule[] }[]) =>
      documents
        .filter(({ kind }) => ROLES.includes(kind))
        .flatMap(({ kind, metadata: { namespace = '' }, rules }) =>
          rules.flatMap(({ apiGroups, resources, verbs }) =>
            resources.map(resource => `${kind} ${namespace}: ${verbs} ${apiGroups}/${resource}`),
          ),
        )
        .sort();
    const made = await renderAll(...sets);
    const rights = rightsOf(made);
    expect(rights).toEqual(rightsOf(expected.map(document => document.toJS())));
    expect(rights.length).toBeGreaterThan(0);
    for (const { kind, metadata } of made.filter(one => ROLES.includes(one.kind)))
      expect(made).toContainEqual(
        expect.objectContaining({
          kind: `${kind}Binding`,
          metadata: expect.objectContaining({ name: metadata.name, labels: metadata.labels }),
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
          subjects: [{ kind: 'ServiceAccount', name: 'fairlead-forwarder', namespace: 'fairlead' }],
        }),
      );
  });

  it('lets the runs write Events only in the namespaces that are read', async () => {
    const rolesOf = async (...args: readonly string[]) =>
      (await renderAll('--set', 'events.enabled=true', ...args))
        .filter(({ metadata, rules }) => metadata.name === 'fairlead-forwarder-events' && rules)
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}`);
    expect(await rolesOf('--set', 'filters.namespaces={a,b}')).toEqual(['Role a', 'Role b']);
    expect(await rolesOf('--set-json', 'views=[{"filters":{"namespaces":["a"]}},{}]')).toEqual(['ClusterRole ']);
  });

  it('lets the runs write Events where asked to, and nobody else', async () => {
    const named = async (...args: readonly string[]) =>
      (await renderAll(...args)).filter(({ metadata }) => metadata.name === 'fairlead-forwarder-events');
    expect(await named()).toEqual([]);
    const [role, binding] = await named('--set', 'events.enabled=true,events.group=dns');
    expect(role.rules).toEqual([{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] }]);
    expect(binding).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'fairlead-forwarder-events' },
      subjects: [{ kind: 'Group', name: 'dns' }],
    });
  });

  it('gives the rights of all that routes need, each once, and the settings of Gateways', async () => {
    const { ClusterRole, ConfigMap } = await render('--set', 'sources={gateway,gateway-httproute},gateway.name=public');
    const sorted = (rules: readonly { apiGroups: readonly string[] }[]) =>
      [...rules].sort((a, b) => String(a.apiGroups).localeCompare(String(b.apiGroups)));
    expect(sorted(ClusterRole.rules)).toEqual(sorted(rulesFor(SOURCE_GROUPS.gateway)));
    const settings = parseSettings(JSON.parse(ConfigMap.data['forwarder.json']), 'forwarder.json', {
      AWS_REGION: 'eu-west-1',
    });
    expect(settings.sources).toEqual(SOURCE_GROUPS.gateway);
    expect(settings.gateway).toEqual({ ...EVERY_GATEWAY, name: 'public' });
  });

  it.each([
    ['made by the chart', `webhook.secret=${SECRET}`, 'fairlead-forwarder', 'Secret'],
    ['that is there', 'webhook.existingSecret=mine', 'mine', undefined],
  ])('mounts a secret %s where the settings say', async (_rule, set, name, kind) => {
    const made = await render(...HMAC, '--set', set);
    const { spec } = made.Deployment.spec.template;
    expect(spec.volumes).toContainEqual({
      name: 'secret',
      secret: { secretName: name, defaultMode: 0o440, items: [{ key: 'secret', path: 'secret' }] },
    });
    const { webhook } = JSON.parse(made.ConfigMap.data['forwarder.json']);
    const mounted = spec.containers[0].volumeMounts.find((mount: { name: string }) => mount.name === 'secret');
    const settings = parseSettings(JSON.parse(made.ConfigMap.data['forwarder.json']), 'forwarder.json', {});
    expect(settings.webhook.auth).toEqual({ kind: 'hmac', secretFile: webhook.secretFile });
    expect(webhook).toEqual({ url: webhook.url, auth: 'hmac', secretFile: `${mounted.mountPath}/secret` });
    if (kind) expect(made[kind].data.secret).toBe(Buffer.from(SECRET).toString('base64'));
    else expect(made.Secret).toBeUndefined();
    expect(JSON.stringify(made.NetworkPolicy)).not.toContain('169.254.170.23');
  });

  it('starts a new pod for new settings', async () => {
    const checksum = async (...args: readonly string[]) =>
      (await render(...args)).Deployment.spec.template.metadata.annotations['checksum/config'];
    expect(await checksum()).toBe(await checksum('--set', 'podMonitor.enabled=true'));
    expect(await checksum()).not.toBe(await checksum('--set', 'gather.quietMs=100'));
  });

  it('takes an image by its digest, and is monitored where asked to be', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const made = await render('--set', `image.digest=${digest},podMonitor.enabled=true`);
    expect(made.Deployment.spec.template.spec.containers[0].image).toBe(`repository/fairlead-forwarder@${digest}`);
    expect(made.PodMonitor.spec.podMetricsEndpoints).toEqual([{ port: 'http', path: '/metrics', interval: '30s' }]);
  });

  it('brings alerts, each with its section of the runbook, and a dashboard of metrics that there are', async () => {
    expect((await render()).PrometheusRule).toBeUndefined();
    const set = 'prometheusRule.enabled=true,prometheusRule.labels.release=p,grafanaDashboard.enabled=true';
    const all = await renderAll('--set', set);
    const made = {
      PrometheusRule: all.find(({ kind }) => kind === 'PrometheusRule'),
      Dashboard: all.find(({ metadata }) => metadata.labels?.grafana_dashboard === '1'),
    };
    expect(made.PrometheusRule.metadata.labels).toMatchObject({ release: 'p' });
    const rules = made.PrometheusRule.spec.groups[0].rules as { alert: string; expr: string; annotations: object }[];
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    for (const { alert, annotations } of rules) {
      expect(annotations).toMatchObject({ runbook: `docs/runbook.md, ${alert}` });
      expect(runbook).toContain(`\n## ${alert}\n`);
    }
    const dashboard = JSON.parse(made.Dashboard.data['fairlead-forwarder.json']) as {
      panels: { targets: { expr: string }[] }[];
    };
    const known = Object.values(createInstruments()).map(({ name }) => name);
    const exprs = [...rules, ...dashboard.panels.flatMap(({ targets }) => targets)].map(({ expr }) => expr);
    expect(exprs.length).toBeGreaterThan(10);
    const used = new Set(exprs.flatMap(expr => expr.match(/\b(?:fairlead_forwarder|process)_\w+/g) ?? ['none']));
    expect([...used].filter(name => !known.includes(name))).toEqual([]);
  });
});
