import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../../lib/report/text.ts';
import { Credentials } from '../../local/emulators/aws/credentials.ts';
import { serveHttp, stopServer } from '../../local/emulators/aws/http.ts';
import { type LocalCluster, startCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startForwarder } from './forwarder-process.ts';
import { median } from './measure.ts';
import { gateway, headless, pod, podSlice, route } from './scenarios.ts';

/** How many objects there are, and what a run with them gave. */
interface Measured {
  readonly listMs: number;
  readonly peakMiB: number;
  readonly idleMs: number;
  readonly changesPerSecond: number;
  readonly microsecondsPerChange: number;
  readonly notices: number;
}

interface Size {
  readonly what: string;
  readonly sources: readonly string[];
  readonly fill: (cluster: LocalCluster) => void;
  /** Half heartbeats, half changes that matter. */
  readonly change: (cluster: LocalCluster, i: number) => void;
}

const services = (count: number, ingresses: number): Size => ({
  what: `${count} Services, ${ingresses} Ingresses`,
  sources: ['service', 'ingress'],
  fill: cluster => {
    for (let i = 0; i < count; i++) cluster.apply(object('Service', i));
    for (let i = 0; i < ingresses; i++) cluster.apply(object('Ingress', i));
  },
  change: (cluster, i) => cluster.apply(object('Service', i % count, i % 2 === 0 ? i + 1 : 0, i + 1)),
});

/** Every hundredth change is a Gateway's address, which changes what all its routes ask for. */
const routes = (count: number, gateways: number): Size => ({
  what: `${count} HTTPRoutes, ${gateways} Gateways`,
  sources: ['gateway-httproute'],
  fill: cluster => {
    for (let i = 0; i < gateways; i++) cluster.apply(gateway(i));
    for (let i = 0; i < count; i++) cluster.apply(httpRoute(i, gateways));
  },
  change: (cluster, i) =>
    i % 100 === 0
      ? cluster.apply(gateway(i % gateways, `k${i}.elb.eu-west-1.amazonaws.com`))
      : cluster.apply(httpRoute(i % count, gateways, i % 2 === 0 ? i + 1 : 0, i + 1)),
});

/** Every hundredth change moves the pods of a Service to other addresses; the others are a pod's heartbeats. */
const pods = (count: number, services: number): Size => ({
  what: `${count} pods of ${services} headless Services`,
  sources: ['service'],
  fill: cluster => {
    for (let i = 0; i < services; i++) {
      cluster.apply(headless(i));
      cluster.apply(podSlice(i, services, count));
    }
    for (let i = 0; i < count; i++) cluster.apply(fullPod(i, services));
  },
  change: (cluster, i) =>
    i % 100 === 0
      ? cluster.apply(podSlice((i / 100) % services, services, count, 1 + i / 100))
      : cluster.apply(fullPod(i % count, services, i + 1)),
});

const SIZES = [services(1_000, 0), services(5_000, 0), services(5_000, 5_000), routes(5_000, 50), pods(5_000, 50)];
const IDLE_SECONDS = 30;
const CHANGES = 20_000;

const README = fileURLToPath(new URL('../../forwarder/program/README.md', import.meta.url));

/** Node's flags as the image gives them: README.md of the program has them in one line. */
function flagsOfImage(): string[] {
  const flags = /node ((?:--\S+ )+)forwarder\.js/.exec(readFileSync(README, 'utf8'))?.[1];
  if (flags === undefined) throw new Error(`${README} has no line "node --flags forwarder.js"`);
  return flags.trim().split(' ');
}

/** An object as kube-apiserver gives it after a controller wrote its status, with the fields that nobody reads: 2.5 kB. */
function object(kind: 'Service' | 'Ingress', i: number, version = 0, heartbeat = 0) {
  const host = `${kind.toLowerCase()}-${i}.example.com`;
  const time = '2026-01-02T03:04:05Z';
  const fields = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`f:field-${n}`, { '.': {}, 'f:value': {} }]));
  const spec =
    kind === 'Service'
      ? {
          type: 'LoadBalancer',
          clusterIP: `10.96.${i >> 8}.${i & 255}`,
          ports: [{ name: 'http', port: 80, targetPort: 8080 }],
        }
      : { ingressClassName: 'alb', rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix' }] } }] };
  return {
    apiVersion: kind === 'Service' ? 'v1' : 'networking.k8s.io/v1',
    kind,
    metadata: {
      name: `${kind.toLowerCase()}-${i}`,
      namespace: `team-${i % 40}`,
      labels: { app: `app-${i % 50}`, heartbeat: String(heartbeat) },
      annotations: { 'external-dns.kubernetes.io/hostname': host, 'example.com/note': 'x'.repeat(600) },
      managedFields: ['kubectl', 'controller'].map(manager => ({
        manager,
        operation: 'Update',
        time,
        fieldsV1: fields,
      })),
    },
    spec,
    status: { loadBalancer: { ingress: [{ hostname: `k${i}-${version}.elb.eu-west-1.amazonaws.com` }] } },
  };
}

/** A route with the fields that nobody reads, as a Service of the same size. */
function httpRoute(i: number, gateways: number, version = 0, heartbeat = 0) {
  const { metadata } = object('Service', i, version, heartbeat);
  const bare = route(i, gateways);
  const annotations = { ...metadata.annotations, 'external-dns.kubernetes.io/hostname': `v${version}.example.com` };
  return { ...bare, metadata: { ...metadata, ...bare.metadata, labels: metadata.labels, annotations } };
}

/** A pod with the fields that nobody reads, as a Service of the same size. */
function fullPod(i: number, services: number, heartbeat = 0) {
  const { metadata } = object('Service', i, 0, heartbeat);
  const bare = pod(i, services);
  const annotations = { 'example.com/note': 'x'.repeat(600), heartbeat: String(heartbeat) };
  return { ...bare, metadata: { ...metadata, ...bare.metadata, annotations } };
}

/** As fast as the API server takes them; in slices, so that they flow. */
async function change(cluster: LocalCluster, size: Size): Promise<void> {
  for (let i = 0; i < CHANGES; i++) {
    size.change(cluster, i);
    if (i % 50 === 0) await sleep(0);
  }
}

const LISTING = 'fairlead_forwarder_list_duration_seconds';

/** Of a metric, one for each kind. */
const valuesOf = (metrics: ReadonlyMap<string, number>, name: string) =>
  [...metrics].filter(([key]) => key.startsWith(`${name}{`)).map(([, value]) => value);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** @param idle whether it is watched at rest, too, which takes the longest and differs the least from run to run */
async function measure(size: Size, idle: boolean): Promise<Measured> {
  const cluster = await startCluster({ name: 'prod', region: 'us-east-1', credentials: new Credentials() });
  size.fill(cluster);
  let notices = 0;
  const { server, url } = await serveHttp(async () => {
    notices++;
    return { status: 202, body: '' };
  });
  try {
    const forwarder = await startForwarder(cluster, `${url}/`, flagsOfImage(), size.sources);
    const cpu = async () => (await forwarder.metrics()).get('process_cpu_seconds_total') ?? Number.NaN;
    await forwarder.until(metrics => valuesOf(metrics, LISTING).length >= 2 && notices > 0);
    await sleep(2_000);
    const listMs = 1000 * Math.max(...valuesOf(await forwarder.metrics(), LISTING));
    const before = await cpu();
    if (idle) await sleep(IDLE_SECONDS * 1000);
    const rested = await cpu();
    notices = 0;
    const began = performance.now();
    const changed = change(cluster, size);
    await forwarder.until(metrics => sum(valuesOf(metrics, 'fairlead_forwarder_changes_total')) >= CHANGES);
    const seconds = (performance.now() - began) / 1000;
    await changed;
    const busy = (await cpu()) - rested;
    // Two more listings, as after an expired watch: the peak is to be that of a long life.
    for (let i = 0; i < 2; i++) {
      cluster.compact();
      await sleep(2_000);
    }
    return {
      listMs,
      idleMs: idle ? 1000 * (rested - before) : Number.NaN,
      changesPerSecond: CHANGES / seconds,
      microsecondsPerChange: (1e6 * busy) / CHANGES,
      notices,
      peakMiB: await forwarder.stop(),
    };
  } finally {
    await stopServer(server);
    await cluster.close();
  }
}

/** The forwarder in a process of its own, over the embedded API server in this one. */
export async function benchForwarder(runs: number): Promise<void> {
  console.log(
    `Node's flags, as in the image: ${flagsOfImage().join(' ')}; ${SIZES.length} sizes, ${runs} runs of each`,
  );
  const rows: string[][] = [];
  for (const size of SIZES) {
    const measured: Measured[] = [];
    for (let i = 0; i < runs; i++) {
      measured.push(await measure(size, i === 0));
      process.stderr.write(`${size.what}: run ${i + 1} of ${runs}\n`);
    }
    const figure = (pick: (one: Measured) => number) => {
      const known = measured.map(pick).filter(value => !Number.isNaN(value));
      return known.length === 0 ? '–' : median(known).toFixed(0);
    };
    rows.push([
      size.what,
      figure(one => one.listMs),
      figure(one => one.peakMiB),
      figure(one => one.idleMs),
      figure(one => one.changesPerSecond),
      figure(one => one.microsecondsPerChange),
      figure(one => one.notices),
    ]);
  }
  const head = [
    'OBJECTS',
    'LIST ms',
    'PEAK MiB',
    `CPU ms IN ${IDLE_SECONDS} s IDLE`,
    'CHANGES/s',
    'CPU µs A CHANGE',
    'NOTICES',
  ];
  console.log(`\n${formatTable(head, rows, { colour: false, rows: 1000 })}`);
  console.log(
    `${CHANGES} changes, half of them heartbeats, as fast as the embedded API server tells them; the peak is that of the whole life, two more listings included.`,
  );
}
