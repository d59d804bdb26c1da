import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type ClusterProbe, probeCluster } from '../../lib/cluster/index.ts';
import { listsOf, sendJson, startApiServer } from './api-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What is found of a server that answers so, for Services and Ingresses. */
async function probe(answer: RequestListener): Promise<ClusterProbe> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-probe-'));
  closing.push(() => rm(folder, { recursive: true }));
  const server = await startApiServer(answer);
  closing.push(server.close);
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { server: server.url, 'certificate-authority-data': server.authority.caData };
  const text = stringify({
    'current-context': 'one',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
  });
  await writeFile(kubeconfig, text);
  return probeCluster(
    { name: 'lab', owner: 'o', kubeconfig },
    { sources: ['service', 'ingress'], namespaces: [], events: false },
  );
}

const lists = listsOf({ services: [], ingresses: [] });

describe('only a list of a kind proves that it can be listed', () => {
  test.each<[string, RequestListener, unknown]>([
    ['a list', lists, 'listed'],
    [
      'a page of something in the way',
      (_request, response) => response.end('<html>log in</html>'),
      { error: expect.stringMatching(/is no ServiceList; is something other than the API server answering/) },
    ],
    [
      'another address',
      (_request, response) => response.writeHead(302, { location: 'https://login.example/' }).end(),
      { error: expect.stringMatching(/unexpected answer 302; is something other than the API server answering/) },
    ],
    [
      'a refusal',
      (_request, response) => sendJson(response, 403, { kind: 'Status', message: 'services is forbidden' }),
      { error: expect.stringMatching(/forbidden \(403 services is forbidden\); bind the ClusterRole fairlead/) },
    ],
  ])('%s', async (_, answer, found) => {
    const { resources } = await probe((request, response) =>
      request.url?.startsWith('/api/v1/services') ? answer(request, response) : lists(request, response),
    );
    expect(Object.fromEntries(resources)).toEqual({ service: found, ingress: 'listed' });
  });
});
