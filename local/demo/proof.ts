import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '../emulators/kubernetes/cluster.ts';
import type { Forwarder } from '../forwarder/forwarder.ts';
import type { Trace, Traces } from './traces.ts';

/** A machine that has much else to do may take this long, and one with nothing else a second. */
const PATIENCE_MS = 60_000;

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
  { traces, forwarder }: { readonly traces: Traces; readonly forwarder: Forwarder },
): Promise<{ trace: Trace; changedAt: number }> {
  // By what the run did: a notice that says that anything may have changed is as good as one that names the Service.
  const arrived = traces.next(
    ({ timeline, result }) =>
      timeline !== undefined &&
      (result?.zones ?? []).some(({ changes }) => changes.some(({ name }) => name === `hello.${domain}`)),
  );
  const changedAt = Date.now();
  cluster.apply(hello(domain));
  return { trace: await within(arrived, forwarder), changedAt };
}

/** Waits for a trace. Throws Error when it does not come, or the forwarder ends before. */
export async function within(trace: Promise<Trace>, forwarder: Forwarder): Promise<Trace> {
  const gone = forwarder.ended.then(last => {
    throw new Error(`the forwarder ended: ${last.trim()}`);
  });
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`no notice became a run within ${PATIENCE_MS / 1000} s: look at it with --logs`);
  });
  late.catch(() => {});
  gone.catch(() => {});
  return Promise.race([trace, gone, late]).finally(() => patience.abort());
}
