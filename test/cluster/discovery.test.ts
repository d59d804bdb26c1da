import { describe, expect, test } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import type { Answer, Connection } from '../../lib/cluster/connection.ts';
import { createDiscovery } from '../../lib/cluster/discovery.ts';

const clock: Clock = { now: () => 0, sleep: async () => {}, random: () => 0 };
const GROUP = '/apis/gateway.networking.k8s.io';

/** An API server that serves these resources by group version, and what it was asked for. */
function serving(served: Readonly<Record<string, readonly string[]>>, faults: Answer[] = []) {
  const paths: string[] = [];
  const answer = (status: number, value: object): Answer => ({
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(value)),
  });
  const connection: Connection = {
    async get(path) {
      paths.push(path);
      const fault = faults.shift();
      if (fault) return fault;
      const [, group, version] = /^\/apis\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
      if (version !== undefined) {
        const resources = served[`${group}/${version}`]?.map(name => ({ name }));
        return resources ? answer(200, { kind: 'APIResourceList', resources }) : answer(404, { message: 'not found' });
      }
      const versions = Object.keys(served)
        .filter(one => one.startsWith(`${group}/`))
        .map(one => ({ groupVersion: one, version: one.split('/')[1] }));
      return versions.length > 0 ? answer(200, { kind: 'APIGroup', versions }) : answer(404, { message: 'not found' });
    },
    close() {},
  };
  return { paths, discovery: createDiscovery({ connection, label: 'cluster prod', clock }) };
}

const status = (code: number): Answer => ({
  status: code,
  headers: {},
  body: Buffer.from(JSON.stringify({ kind: 'Status', message: 'no' })),
});

describe('where a cluster serves a resource', () => {
  test('what comes with Kubernetes costs no request', async () => {
    const { discovery, paths } = serving({});
    expect(await discovery.find('service')).toMatchObject({ path: '/api/v1/services', listKind: 'ServiceList' });
    expect(await discovery.find('ingress')).toMatchObject({ path: '/apis/networking.k8s.io/v1/ingresses' });
    expect(paths).toEqual([]);
  });

  test.each([
    [
      'the version that the server prefers',
      { 'gateway.networking.k8s.io/v1': ['httproutes'], 'gateway.networking.k8s.io/v1beta1': ['httproutes'] },
      'v1',
    ],
    [
      'the first that has it',
      { 'gateway.networking.k8s.io/v1': ['gateways'], 'gateway.networking.k8s.io/v1alpha2': ['httproutes'] },
      'v1alpha2',
    ],
    ['an old one', { 'gateway.networking.k8s.io/v1beta1': ['httproutes'] }, 'v1beta1'],
  ])('%s', async (_rule, served, version) => {
    expect(await serving(served).discovery.find('httproute')).toEqual({
      group: 'gateway.networking.k8s.io',
      plural: 'httproutes',
      path: `${GROUP}/${version}/httproutes`,
      listKind: 'HTTPRouteList',
    });
  });

  test.each([
    ['the group is not there', {}],
    ['the group does not have it', { 'gateway.networking.k8s.io/v1': ['gateways'] }],
  ])('nowhere: %s', async (_rule, served) => {
    expect(await serving(served).discovery.find('httproute')).toBeUndefined();
  });

  test('the second place, where the first has nothing', async () => {
    const { discovery } = serving({ 'gateway.networking.x-k8s.io/v1alpha1': ['xlistenersets'] });
    expect(await discovery.find('listenerset')).toMatchObject({
      path: '/apis/gateway.networking.x-k8s.io/v1alpha1/xlistenersets',
      listKind: 'XListenerSetList',
    });
  });

  test('each document is asked for once, also by several at a time', async () => {
    const { discovery, paths } = serving({ 'gateway.networking.k8s.io/v1': ['gateways', 'httproutes'] });
    await Promise.all([discovery.find('gateway'), discovery.find('httproute'), discovery.find('tcproute')]);
    await discovery.find('gateway');
    expect(paths).toEqual([GROUP, `${GROUP}/v1`]);
  });
});

describe('a server that does not say', () => {
  const served = { 'gateway.networking.k8s.io/v1': ['gateways'] };
  test('for the moment is asked again', async () => {
    const { discovery, paths } = serving(served, [status(503), status(429)]);
    expect(await discovery.find('gateway')).toBeDefined();
    expect(paths).toHaveLength(4);
  });

  test.each([
    [403, /cluster prod: looking for gateways: forbidden/],
    [401, /not accepted/],
    [200, /is no API group; is something other than the API server answering/],
  ])('%i is no answer, and not remembered', async (code, message) => {
    const { discovery } = serving(served, [status(code)]);
    await expect(discovery.find('gateway')).rejects.toThrow(message);
    expect(await discovery.find('gateway')).toBeDefined();
  });
});
