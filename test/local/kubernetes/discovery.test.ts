import { expect, test } from 'vitest';
import { discovery } from '../../../local/kubernetes/discovery.ts';
import { KINDS } from '../../../local/kubernetes/kinds.ts';

test('every kind that is served is found on the way that kubectl takes', () => {
  const { versions } = discovery('/api') as { versions: string[] };
  const { groups } = discovery('/apis') as { groups: { versions: { groupVersion: string }[] }[] };
  const paths = [
    ...versions.map(version => `/api/${version}`),
    ...groups.flatMap(group => group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`)),
  ];
  const found = paths.flatMap(path =>
    (discovery(path) as { resources: { name: string; kind: string }[] }).resources.map(
      ({ name, kind }) => `${path} ${name} ${kind}`,
    ),
  );
  const served = KINDS.map(
    ({ group, version, resource, kind }) =>
      `${group === '' ? '/api' : `/apis/${group}`}/${version} ${resource} ${kind}`,
  );
  expect(found.sort()).toEqual(served.sort());
});

test.each(['/', '/api/v2', '/apis/nothing.io/v1', '/api/v1/services', '/apis/networking.k8s.io/v1/ingresses'])(
  'nothing is found at %s',
  path => {
    expect(discovery(path)).toBeUndefined();
  },
);
