import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parseConfig } from '../../lib/config/index.ts';
import { argumentsIn, importArguments } from '../../lib/moving/index.ts';

const imported = (text: string) => importArguments(argumentsIn(text, 'it'), { cluster: 'prod', region: 'eu-west-1' });
const keysOf = (text: string) => parseYaml(imported(text).text) as Record<string, unknown>;
const configOf = (text: string) => parseConfig(imported(text).text, { file: 'fairlead.yml', env: {} });

/** The same ExternalDNS, in every form that people have it in. */
const LINE = `external-dns --source=service --source ingress --provider=aws --policy=upsert-only --txt-owner-id=prod \\
  --domain-filter='example.com' --domain-filter=example.org --no-aws-evaluate-target-health --events`;

const FORMS: Readonly<Record<string, string>> = {
  'a command line': LINE,
  'a file with an argument a line': LINE.replace('external-dns ', '# of team a\n').replaceAll(/ \\\n +| (?=--)/g, '\n'),
  'a list of arguments': JSON.stringify(
    LINE.replace(/external-dns |\\\n|'/g, '')
      .trim()
      .split(/\s+(?=--)/),
  ).replace('--source ingress', '--source=ingress'),
  'a Deployment': `
apiVersion: v1
kind: List
items:
- kind: Service
  metadata: {name: external-dns}
- apiVersion: apps/v1
  kind: Deployment
  spec:
    template:
      spec:
        containers:
        - {name: sidecar, image: busybox, args: [--source=no]}
        - name: external-dns
          image: registry.k8s.io/external-dns/external-dns:v0.22.0
          args: [--source=service, --source=ingress, --provider=aws, --policy=upsert-only, --events]
          env:
          - {name: EXTERNAL_DNS_TXT_OWNER_ID, value: prod}
          - {name: EXTERNAL_DNS_DOMAIN_FILTER, value: "example.com\\nexample.org"}
          - {name: EXTERNAL_DNS_AWS_EVALUATE_TARGET_HEALTH, value: "false"}
          - {name: AWS_REGION, value: eu-west-1}
`.replace('{name: sidecar, image: busybox, args: [--source=no]}', '{name: sidecar, image: busybox, args: [--x]}'),
  'values of its Helm chart': `
provider: {name: aws}
policy: upsert-only
txtOwnerId: prod
triggerLoopOnEvent: true
domainFilters: [example.com, example.org]
labelFilter: null
extraArgs: {aws-evaluate-target-health: false}
`,
  'values of its Helm chart, with a list of arguments': `
provider: aws
sources: [service, ingress]
policy: upsert-only
extraArgs: [--txt-owner-id=prod, --domain-filter=example.com, --domain-filter=example.org, --no-aws-evaluate-target-health]
`,
};

describe('import-args', () => {
  test.each(Object.entries(FORMS))('reads %s', (_, text) => {
    expect(imported(text).missing).toEqual([]);
    expect(configOf(text)).toMatchObject({
      clusters: [{ name: 'prod', region: 'eu-west-1', owner: 'prod' }],
      policy: 'upsert-only',
      sources: ['service', 'ingress'],
      zones: { domains: ['example.com', 'example.org'] },
      records: { evaluateTargetHealth: false, merge: 'cluster' },
    });
  });

  test('has ExternalDNS’s defaults where fairlead’s differ', () => {
    expect(keysOf('--source=gateway-httproute')).toMatchObject({ owner: 'default', gateway: { listenerSets: false } });
    expect(keysOf('--source=gateway-httproute --gateway-listener-sets')).toMatchObject({
      gateway: { listenerSets: true },
    });
  });

  test.each([
    ['--aws-zone-tags=team=a=b --aws-zone-tags=dns', { zones: { tags: { team: 'a=b', dns: '' } } }],
    ['--min-ttl=5m', { records: { minTtl: '5m', ttl: '5m' } }],
    ['--policy=sync --policy=create-only', { policy: 'create-only' }],
    ['--label-filter="dns in (a,b)"', { filters: { labels: 'dns in (a,b)' } }],
    ['--txt-encrypt-enabled', { registry: { encryptionKey: 'env:TXT_ENCRYPT_KEY' } }],
    ['--kubeconfig /a/b', { clusters: [{ name: 'prod', kubeconfig: '/a/b' }] }],
  ])('%s', (line, keys) => {
    expect(keysOf(`--source=service ${line}`)).toMatchObject(keys);
  });

  test.each([
    ['--source=service --source=node', /--source: .*"node"/],
    ['--source=service --managed-record-types=A --managed-record-types=DNAME', /--managed-record-types: .*DNAME/],
    ['--source=service --registry=dynamodb', /--registry: .*"dynamodb"/],
    ['--source=service --fqdn-tempalte=x', /--fqdn-tempalte: .*spelling/],
    ['--source=service stray', /"stray" is no flag/],
    ['--source=service --create-ptr', /--create-ptr: /],
    ['--source=service --no-exclude-unschedulable', /--no-exclude-unschedulable: .*all the same/],
    ['--source=service --expose-internal-ipv6', /--expose-internal-ipv6: .*internal IPv6/],
    ['{policy: sync, namespaced: true}', /namespaced: .*filters\.namespaces/],
    ['{policy: sync, aws: {zoneType: public}}', /aws: .*Deployment/],
  ])('%s: what has no equivalent is said, in the file, too', (text, why) => {
    const { missing, text: file } = imported(text);
    expect(missing).toEqual([expect.stringMatching(why)]);
    expect(file).toContain(`#   ${missing[0]}`);
    expect(() => configOf(text)).not.toThrow();
  });

  test.each([
    ['--no-create-ptr', ''],
    ['--exclude-unschedulable', 'nodes that take no pods are left out'],
    // Its Services, Ingresses and routes do not look at it, so the key would give them other targets.
    ['--target-template={{.Name}}.example.net', 'keep their own targets'],
  ])('%s: nothing to set', (line, said) => {
    const { missing, text } = imported(`--source=service ${line}`);
    expect(missing).toEqual([]);
    expect(text).toContain(said);
    expect(keysOf(`--source=service ${line}`)).toEqual(keysOf('--source=service'));
  });

  test('a value that fairlead.yml refuses stays, so that the config is not used without the filter', () => {
    const { missing, text } = imported('--source=service --label-filter=a=b=c --txt-owner-id="a b"');
    expect(missing).toEqual([expect.stringMatching(/owner: /), expect.stringMatching(/filters\.labels: /)]);
    expect(() => parseConfig(text, { file: 'f', env: {} })).toThrow(/filters\.labels/);
  });

  test('no source that fairlead has: not its default instead', () => {
    const { missing, text } = imported('--source=pod');
    expect(missing).toHaveLength(2);
    expect(() => parseConfig(text, { file: 'f', env: {} })).toThrow(/sources/);
  });

  test('secrets are not printed', () => {
    const secret = '0123456789abcdef0123456789ABCDEF';
    const { text, missing } = imported(
      `--source=service --txt-encrypt-aes-key=${secret} --pdns-api-key ${secret} --no-such-key=${secret}`,
    );
    expect(text + missing.join()).not.toContain(secret);
  });

  test.each([
    ['', /holds no ExternalDNS/],
    ['kind: Service', /holds no ExternalDNS/],
    ['a: [', /neither a command line nor YAML/],
    [
      '{kind: Pod, spec: {containers: [{name: a, image: external-dns}, {name: b, image: x/external-dns:1}]}}',
      /several ExternalDNS \(a, b\)/,
    ],
  ])('%j is refused', (text, why) => {
    expect(() => argumentsIn(text, 'it')).toThrow(why);
  });
});
