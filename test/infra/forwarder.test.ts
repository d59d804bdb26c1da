import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseSettings } from '../../forwarder/program/settings.ts';
import { parseSelector } from '../../lib/sources/index.ts';

// What the chart makes with its defaults. That it makes just this is shown in test/e2e/chart.test.ts, with Helm.
const read = (path: string) => readFileSync(`forwarder/${path}`, 'utf8');
const manifests = parseAllDocuments(read('manifests/forwarder.yaml')).map(document => document.toJS());
const manifest = (kind: string) => manifests.find(one => one.kind === kind);
const pod = manifest('Deployment').spec.template.spec;
const [container, ...others] = pod.containers;

/** The expression by which the chart tells selectors, put together as its template does. */
function chartSelector(): RegExp {
  const said = new Map<string, string>();
  const lines = read('chart/templates/_helpers.tpl').matchAll(/\$(\w+) := (?:printf )?`([^`]*)`([^}]*?) -\}\}/g);
  for (const [, name = '', form = '', rest = ''] of lines) {
    const parts = rest.split(' ').filter(Boolean);
    said.set(
      name,
      parts.reduce((text, part) => text.replace('%s', () => said.get(part.slice(1)) ?? '?'), form),
    );
  }
  return new RegExp(said.get('selector') ?? '?');
}

it('the chart takes for a selector what the config does', () => {
  const word = fc.constantFrom(
    'app',
    'a.b/c',
    'x-',
    'in',
    'notin',
    '5',
    '-5',
    '',
    'a'.repeat(64),
    'A_b',
    '-k',
    'a/b/c',
  );
  const token = fc.oneof(
    word,
    fc.constantFrom('=', '==', '!=', '!', ',', '(', ')', '>', '<', ' in (', ' notin (', ' '),
  );
  const near = fc.constantFrom(
    'k=v',
    'k!=v',
    'k in (a,b)',
    'k notin (a)',
    '!k',
    'k',
    'k>1',
    ' k < -2 ',
    'k=',
    'k in ()',
  );
  const some = fc.oneof(
    fc.array(token, { maxLength: 7 }).map(tokens => tokens.join('')),
    fc
      .array(fc.oneof({ weight: 4, arbitrary: near }, { weight: 1, arbitrary: word }), { maxLength: 4 })
      .map(all => all.join(',')),
  );

  const selector = chartSelector();
  fc.assert(
    fc.property(some, text => {
      expect(selector.test(text)).toBe('selector' in parseSelector(text));
    }),
    { numRuns: 3000 },
  );
});

it('the chart’s schema has no expression that Helm (RE2) cannot read', () => {
  expect(read('chart/values.schema.json')).not.toMatch(/\(\?[=!<]/);
});

describe('the pod of the forwarder', () => {
  it('runs as a user that is not root, with no way to more rights', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('shares nothing with its node, and mounts only its settings', () => {
    for (const shared of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(shared);
    expect(others).toEqual([]);
    expect(pod).not.toHaveProperty('initContainers');
    expect(pod.volumes).toEqual([{ name: 'settings', configMap: { name: 'fairlead-forwarder' } }]);
  });

  it('is one, never two at once', () => {
    const { replicas, strategy } = manifest('Deployment').spec;
    expect({ replicas, strategy }).toEqual({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('has bounded memory, probes on the port of its settings, and time to send what is pending', () => {
    expect(container.resources.limits.memory).toBe('128Mi');
    const settings = JSON.parse(manifest('ConfigMap').data['forwarder.json']);
    expect(container.ports).toEqual([{ name: 'http', containerPort: settings.port }]);
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5);
  });

  it('gets settings that its program takes', () => {
    const text = manifest('ConfigMap').data['forwarder.json'];
    // No region of anybody's stands in it: left as it is, it is refused.
    expect(() => parseSettings(JSON.parse(text), 'forwarder.json', {})).toThrow(/webhook\.region: is missing/);
    const settings = parseSettings(JSON.parse(text.replace('REGION', 'eu-west-1')), 'forwarder.json', {});
    expect(settings).toMatchObject({ cluster: 'CLUSTER', webhook: { auth: { kind: 'iam', region: 'eu-west-1' } } });
    expect(container.volumeMounts).toEqual([{ name: 'settings', mountPath: '/etc/fairlead', readOnly: true }]);
  });

  it('has the account that infra/forwarder-access.yml gives the right to call to', () => {
    const { Parameters } = parse(readFileSync('infra/forwarder-access.yml', 'utf8'), { logLevel: 'silent' });
    expect(pod.serviceAccountName).toBe(Parameters.ServiceAccount.Default);
    expect(manifest('ServiceAccount').metadata).toMatchObject({
      name: Parameters.ServiceAccount.Default,
      namespace: Parameters.Namespace.Default,
    });
  });

  it('may be moved from its node at any time', () => {
    expect(manifest('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
  });
});

describe('what the forwarder may do', () => {
  it('is to read what Services and Ingresses need, nothing else', () => {
    expect(manifest('ClusterRole').rules).toEqual([
      { apiGroups: [''], resources: ['nodes', 'pods', 'services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
    ]);
    const bindings = manifests.filter(({ kind }) => /Binding$/.test(kind));
    expect(bindings.map(({ roleRef, subjects }) => [roleRef.name, subjects])).toEqual([
      [
        manifest('ClusterRole').metadata.name,
        [{ kind: 'ServiceAccount', name: pod.serviceAccountName, namespace: 'fairlead' }],
      ],
    ]);
  });

  it('is to reach DNS, port 443 and the Pod Identity agent, and to be asked on one port', () => {
    const { podSelector, policyTypes, ingress, egress } = manifest('NetworkPolicy').spec;
    const { labels } = manifest('Deployment').spec.template.metadata;
    expect(labels).toMatchObject(podSelector.matchLabels);
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect(ingress).toEqual([{ ports: [{ port: 'http', protocol: 'TCP' }] }]);
    expect(egress).toEqual([
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
      { ports: [{ port: 443, protocol: 'TCP' }] },
      {
        to: [{ ipBlock: { cidr: '169.254.170.23/32' } }, { ipBlock: { cidr: 'fd00:ec2::23/128' } }],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    ]);
  });
});

describe('the image', () => {
  const lines = read('Dockerfile')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));
  const instruction = (name: string) =>
    lines.filter(line => line.startsWith(`${name} `)).map(line => line.slice(name.length + 1));

  it('runs one file, as the user of the pod, without a shell', () => {
    const { runAsUser, runAsGroup } = pod.securityContext;
    expect(instruction('USER')).toEqual([`${runAsUser}:${runAsGroup}`]);
    expect(instruction('RUN')).toEqual([]);
    expect(JSON.parse(instruction('CMD')[0] ?? '').at(-1)).toBe('/app/forwarder.js');
    expect(instruction('ENTRYPOINT')).toEqual(['[]']);
  });

  it('is given nothing but the bundle, the package.json that makes Node read it as ESM, and the licences', () => {
    expect(instruction('COPY')).toEqual([
      'dist/forwarder/forwarder.js dist/forwarder/package.json dist/forwarder/LICENSES.txt ./',
    ]);
    const allowed = read('Dockerfile.dockerignore').trim().split('\n');
    expect(allowed).toEqual([
      '*',
      '!dist/forwarder/forwarder.js',
      '!dist/forwarder/package.json',
      '!dist/forwarder/LICENSES.txt',
    ]);
  });
});
