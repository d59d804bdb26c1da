import { expect, test } from 'vitest';
import { discovery } from '../../../../local/emulators/kubernetes/discovery.ts';
import { KINDS } from '../../../../local/emulators/kubernetes/kinds.ts';

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
  const served = KINDS.flatMap(({ group, version, others = [], resource, kind }) =>
    [version, ...others].map(one => `${group === '' ? '/api' : `/apis/${group}`}/${one} ${resource} ${kind}`),
  );
  expect(found.sort()).toEqual(served.sort());
});

test.each(['/', '/api/v2', '/apis/nothing.io/v1', '/api/v1/services', '/apis/networking.k8s.io/v1/ingresses'])(
  'nothing is found at %s',
  path => {
    expect(discovery(path)).toBeUndefined();
  },
);

test.each([
  ['/api/v1', 'services', 'svc'],
  ['/apis/networking.k8s.io/v1', 'ingresses', 'ing'],
  ['/apis/gateway.networking.k8s.io/v1', 'gateways', 'gtw'],
])('kubectl finds the short name of %s %s', (path, resource, short) => {
  const { resources } = discovery(path) as { resources: { name: string; shortNames?: string[] }[] };
  expect(resources.find(({ name }) => name === resource)?.shortNames).toEqual([short]);
});
