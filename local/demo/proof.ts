import { setTimeout as sleep } from 'node:timers/promises';
import type { Forwarder } from '../forwarder/forwarder.ts';
import type { LocalCluster } from '../kubernetes/cluster.ts';
import type { Stories, Story } from './stories.ts';

const PATIENCE_MS = 30_000;

/** A Service that a load balancer was just given to. */
const hello = (domain: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'hello',
    namespace: 'default',
    annotations: { 'external-dns.alpha.kubernetes.io/hostname': `hello.${domain}` },
  },
  spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.80' }] } },
});

/** Puts a Service into the cluster, and waits until DNS answers for it. Throws Error when that does not come about. */
export async function proveThePath(
  cluster: LocalCluster,
  domain: string,
  { stories, forwarder }: { readonly stories: Stories; readonly forwarder: Forwarder },
): Promise<{ story: Story; changedAt: number }> {
  const arrived = stories.next(({ journey }) => journey?.notice.objects?.some(({ name }) => name === 'hello') ?? false);
  const changedAt = Date.now();
  cluster.apply(hello(domain));
  return { story: await within(arrived, forwarder), changedAt };
}

/** Waits for a story. Throws Error when it does not come, or the forwarder ends before. */
export async function within(story: Promise<Story>, forwarder: Forwarder): Promise<Story> {
  const gone = forwarder.ended.then(last => {
    throw new Error(`the forwarder ended: ${last.trim()}`);
  });
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`no notice became a run within ${PATIENCE_MS / 1000} s: look at it with --logs`);
  });
  late.catch(() => {});
  gone.catch(() => {});
  return Promise.race([story, gone, late]).finally(() => patience.abort());
}
