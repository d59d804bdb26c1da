// The measured half of bench-list.ts: reads every Service of one API server once, in a process of its own.
import { readFileSync } from 'node:fs';
import { systemClock } from '../lib/clock.ts';
import { openConnection } from '../lib/cluster/connection.ts';
import { kubeConfigForEks } from '../lib/cluster/kubeconfig.ts';
import { listAll } from '../lib/cluster/list.ts';

/** What bench-list.ts asks for, as JSON in the first argument. */
export interface Task {
  readonly way: Way;
  readonly url: string;
  readonly caFile: string;
  readonly pageSize: number;
}

export type Way = 'fairlead' | 'fetch' | 'typed client';

/** What one reading cost. */
export interface Cost {
  readonly objects: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

const SERVICES = { group: '', plural: 'services', path: '/api/v1/services', listKind: 'ServiceList' };

/** Set by the bundler: the typed client is in a bundle of its own, or its size would weigh on the others. */
declare const TYPED: boolean;

async function readAsFairlead({ url, caFile, pageSize }: Task): Promise<number> {
  const access = { endpoint: url, caData: readFileSync(caFile).toString('base64') };
  const config = await kubeConfigForEks('bench', access, async () => 'token');
  const connection = openConnection(config, { label: 'cluster bench', hint: '' });
  const listing = { connection, label: 'cluster bench', served: SERVICES, pageSize, clock: systemClock } as const;
  const { objects } = await listAll({ ...listing, onPage: () => {}, onRestart: () => {} });
  connection.close();
  return objects;
}

/** Node's own fetch; it trusts the CA through NODE_EXTRA_CA_CERTS. */
async function readWithFetch({ url, pageSize }: Task): Promise<number> {
  let objects = 0;
  let next: string | undefined = '';
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next && { continue: next }) });
    const answer = await fetch(`${url}/api/v1/services?${query}`, { headers: { authorization: 'Bearer token' } });
    const list = (await answer.json()) as { items: unknown[]; metadata: { continue?: string } };
    objects += list.items.length;
    next = list.metadata.continue;
  } while (next);
  return objects;
}

async function readTyped({ url, caFile, pageSize }: Task): Promise<number> {
  if (!TYPED) throw new Error('this bundle has no typed client');
  const { KubeConfig, CoreV1Api } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'bench', server: url, caFile, skipTLSVerify: false },
    { name: 'u', token: 'token' },
  );
  const api = config.makeApiClient(CoreV1Api);
  let objects = 0;
  let next: string | undefined = '';
  do {
    const list = await api.listServiceForAllNamespaces({ limit: pageSize, ...(next && { _continue: next }) });
    objects += list.items.length;
    next = list.metadata?._continue;
  } while (next);
  return objects;
}

const WAYS: Readonly<Record<Way, (task: Task) => Promise<number>>> = {
  fairlead: readAsFairlead,
  fetch: readWithFetch,
  'typed client': readTyped,
};

const task = JSON.parse(process.argv[2] ?? '') as Task;
const began = performance.now();
const cpu = process.cpuUsage();
const objects = await WAYS[task.way](task);
const { user, system } = process.cpuUsage(cpu);
const cost: Cost = {
  objects,
  wallMs: performance.now() - began,
  cpuMs: (user + system) / 1000,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(cost));
process.exit();
