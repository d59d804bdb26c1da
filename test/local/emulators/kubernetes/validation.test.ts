import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ManifestFolder } from '../../../../local/demo/manifests.ts';
import { kindOf } from '../../../../local/emulators/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../../local/emulators/kubernetes/objects.ts';
import { validate } from '../../../../local/emulators/kubernetes/validation.ts';
import { ingress, service } from './objects.ts';

const labelled = (labels: unknown) => service('a', { metadata: { name: 'a', labels } as never });
const annotated = (annotations: unknown) => service('a', { metadata: { name: 'a', annotations } as never });
const typed = (type: string) => service('a', { spec: { type } });
const hosted = (host: string) => ({ ...ingress('a'), spec: { rules: [{ host: 'ok.example.com' }, { host }] } });

const refusal = (object: KubernetesObject) => {
  try {
    validate(kindOf(object), object);
  } catch (error) {
    const { code, message } = error as { code: number; message: string };
    return `${code} ${message}`;
  }
  return undefined;
};

describe('an API server refuses', () => {
  test.each<[string, KubernetesObject, RegExp]>([
    [
      'a number as an annotation',
      annotated({ ttl: 60 }),
      /^400 Service in version "v1" .*cannot unmarshal number into .*metadata\.annotations of type string$/,
    ],
    ['true as a label', labelled({ dns: true }), /^400 .*cannot unmarshal bool .*metadata\.labels/],
    ['a list of annotations', annotated(['a']), /^400 .*cannot unmarshal array .*of type map/],
    [
      'a label with a blank',
      labelled({ app: 'a b' }),
      /^422 Service "a" is invalid: metadata\.labels: Invalid value: "a b"/,
    ],
    ['a label that is too long', labelled({ app: 'a'.repeat(64) }), /^422 .*metadata\.labels/],
    ['an odd key', labelled({ 'a/b/c': 'x' }), /^422 .*"a\/b\/c": a qualified name/],
    ['an odd key of an annotation', annotated({ 'x y': '' }), /^422 .*metadata\.annotations: Invalid value: "x y"/],
    ['very long annotations', annotated({ a: 'x'.repeat(262_144) }), /^422 .*Too long/],
    [
      'a misspelt type',
      typed('LoadBlancer'),
      /^422 .*spec\.type: Unsupported value: "LoadBlancer": supported values: "ClusterIP"/,
    ],
    [
      'a host in capitals',
      hosted('Shop.example.com'),
      /^422 Ingress\.networking\.k8s\.io "a" is invalid: spec\.rules\[1\]\.host/,
    ],
    ['an address as a host', hosted('192.0.2.1'), /^422 .*must be a DNS name, not an IP address/],
    ['a URL as a host', hosted('https://a.example.com/'), /^422 .*spec\.rules\[1\]\.host: Invalid value/],
  ])('%s', (_what, object, message) => {
    expect(refusal(object)).toMatch(message);
  });

  test.each<[string, KubernetesObject]>([
    [
      'labels and annotations as they are',
      service('a', {
        metadata: {
          name: 'a',
          labels: { 'app.kubernetes.io/name': '' },
          annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'Anything goes, here' },
        },
      }),
    ],
    ['a wildcard', hosted('*.example.com')],
    ['no host', hosted('')],
    ['every type of Service', typed('ExternalName')],
  ])('not %s', (_what, object) => {
    expect(refusal(object)).toBeUndefined();
  });
});

test('a manifest that a real cluster would refuse changes nothing, and is told in its words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-manifests-'));
  const applied: string[] = [];
  const cluster = { apply: ({ metadata }: KubernetesObject) => void applied.push(metadata.name), delete: () => {} };
  const text = (ttl: string) =>
    ['good', 'bad']
      .map(
        name =>
          `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  annotations: {ttl: ${name === 'bad' ? ttl : '"1"'}}\n`,
      )
      .join('---\n');
  const manifests = new ManifestFolder(folder, cluster as never);
  writeFileSync(join(folder, 'a.yaml'), text('60'));
  expect(manifests.apply('a.yaml').errors).toEqual([expect.stringContaining('cannot unmarshal number')]);
  expect(applied).toEqual([]);
  writeFileSync(join(folder, 'a.yaml'), text('"60"'));
  expect(manifests.apply('a.yaml').errors).toEqual([]);
  expect(applied).toEqual(['good', 'bad']);
  rmSync(folder, { recursive: true });
});
