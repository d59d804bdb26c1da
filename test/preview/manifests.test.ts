import { describe, expect, test } from 'vitest';
import { readManifests } from '../../lib/preview/index.ts';

const read = (text: string, namespace = 'default') => {
  const { objects, skipped } = readManifests([{ file: 'dir/a.yaml', text }], namespace);
  return {
    objects: objects.map(({ resource, namespace: of, name }) => `${resource}/${of}/${name}`),
    skipped: Object.fromEntries(skipped),
  };
};

const service = (name: string, more = '') => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}${more}}\n`;

describe('manifests', () => {
  test.each<[string, string, string[], Record<string, number>]>([
    ['one document', service('a'), ['service/default/a'], {}],
    [
      'several, and empty ones',
      `---\n${service('a')}---\n---\n${service('b')}---\n`,
      ['service/default/a', 'service/default/b'],
      {},
    ],
    ['a namespace of its own', service('a', ', namespace: shop'), ['service/shop/a'], {}],
    ['JSON', '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"}}', ['service/default/a'], {}],
    [
      'a List',
      `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}}\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n`,
      ['service/default/a'],
      { Secret: 1 },
    ],
    [
      'other kinds',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n---\nkind: X\n---\nvalues: 1\n',
      [],
      { Deployment: 1, X: 1, 'without kind': 1 },
    ],
    [
      'a kind of that name in another group',
      'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n',
      [],
      { Service: 1 },
    ],
    [
      'whatever version',
      'apiVersion: gateway.networking.k8s.io/v1beta1\nkind: HTTPRoute\nmetadata: {name: r}\n',
      ['httproute/default/r'],
      {},
    ],
    [
      'what has no namespace',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: n, namespace: x}\n',
      ['namespace//n'],
      {},
    ],
    ['one identity twice', `${service('a')}---\n${service('a')}`, ['service/default/a'], {}],
    ['nothing', '', [], {}],
  ])('%s', (_, text, objects, skipped) => {
    expect(read(text)).toEqual({ objects, skipped });
  });

  test.each([
    ['not YAML', `${service('a')}---\nkind: [Service\n`, /^dir\/a\.yaml:[5-7]: is not YAML/],
    [
      'a template',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n',
      /^dir\/a\.yaml:1: .*rendered first/,
    ],
    [
      'without name',
      `${service('a')}---\napiVersion: v1\nkind: Service\nmetadata: {}\n`,
      /^dir\/a\.yaml:5: a Service has no metadata\.name$/,
    ],
    ['a list at the top', `# comment\n- a\n`, /^dir\/a\.yaml:2: is no Kubernetes object, but a list$/],
    [
      'a bomb',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
      /is not usable YAML/,
    ],
  ])('%s names file and line', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
