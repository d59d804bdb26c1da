// What it costs to read all Services of a cluster, by way of reading: `node scripts/bench-list.ts [objects] [runs]`.
// Each reading is a process of its own, bundled as fairlead ships, against a TLS server on loopback; medians.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { issueCertificates } from '../local/emulators/kubernetes/certificates.ts';
import type { Cost, Task, Way } from './bench-list-read.ts';
import { leaveOut, UNUSED } from './leave-out.ts';

const [objects = 5_000, runs = 5] = process.argv.slice(2).map(Number);
const ALL = 1_000_000;

const ROWS: readonly { way: Way; pageSize: number; gzip: boolean }[] = [
  { way: 'fairlead', pageSize: 250, gzip: true },
  { way: 'fairlead', pageSize: 500, gzip: true },
  { way: 'fairlead', pageSize: 1_000, gzip: true },
  { way: 'fairlead', pageSize: ALL, gzip: true },
  { way: 'fairlead', pageSize: 500, gzip: false },
  { way: 'fetch', pageSize: 500, gzip: true },
  { way: 'typed client', pageSize: 500, gzip: true },
];

/** A Service as kube-apiserver gives it after a load balancer controller wrote its status: about 1.5 kB. */
function service(index: number): object {
  const name = index === 0 ? 'kubernetes' : `svc-${index}`;
  const host = `k${index}-0123456789abcdef.elb.eu-west-1.amazonaws.com`;
  const time = '2026-01-02T03:04:05Z';
  const fields = { 'f:metadata': { 'f:annotations': { '.': {}, 'f:external-dns.alpha.kubernetes.io/hostname': {} } } };
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(1_000 + index),
      creationTimestamp: time,
      labels: { app: `app-${index % 50}` },
      annotations: { 'external-dns.alpha.kubernetes.io/hostname': `svc-${index}.example.com` },
      managedFields: ['kubectl', 'controller'].map(manager => ({
        manager,
        operation: 'Update',
        apiVersion: 'v1',
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: { ...fields, 'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {}, 'f:port': {} } } } },
      })),
    },
    spec: {
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30_000 + (index % 2_000) }],
      selector: { app: `app-${index}` },
      clusterIP: `10.96.${index >> 8}.${index & 255}`,
      clusterIPs: [`10.96.${index >> 8}.${index & 255}`],
      type: 'LoadBalancer',
      sessionAffinity: 'None',
      externalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      allocateLoadBalancerNodePorts: true,
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: { ingress: [{ hostname: host }] } },
  };
}

const items = Array.from({ length: objects }, (_, index) => service(index));
const pages = new Map<string, Buffer>();

/** The bytes of one page, made once. */
function page(from: number, limit: number, gzip: boolean): Buffer {
  const key = `${from} ${limit} ${gzip}`;
  const metadata = { resourceVersion: '1', ...(from + limit < objects && { continue: String(from + limit) }) };
  const list = { kind: 'ServiceList', apiVersion: 'v1', metadata, items: items.slice(from, from + limit) };
  const made =
    pages.get(key) ?? (gzip ? gzipSync(JSON.stringify(list), { level: 4 }) : Buffer.from(JSON.stringify(list)));
  pages.set(key, made);
  return made;
}

async function serve(cert: string, key: string, gzip: boolean): Promise<string> {
  const server = createServer({ cert, key }, (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'https://x');
    const body = page(Number(searchParams.get('continue')), Number(searchParams.get('limit')), gzip);
    response
      .writeHead(200, { 'content-type': 'application/json', ...(gzip && { 'content-encoding': 'gzip' }) })
      .end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bundle(outfile: string, typed: boolean): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL('./bench-list-read.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    define: { TYPED: String(typed) },
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    plugins: typed ? [] : [leaveOut(UNUSED)],
    external: typed ? ['bufferutil', 'utf-8-validate'] : [],
  });
  return outfile;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function measure(file: string, task: Task): Promise<readonly Cost[]> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: task.caFile };
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(task)], { env });
    costs.push(JSON.parse(stdout) as Cost);
  }
  if (costs.some(cost => cost.objects !== objects)) throw new Error(`${task.way} did not read all ${objects} objects`);
  return costs;
}

const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'));
try {
  const { ca, certificate, key } = await issueCertificates();
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, ca);
  const urls = { gzip: await serve(certificate, key, true), plain: await serve(certificate, key, false) };
  const slim = await bundle(join(folder, 'slim.mjs'), false);
  const typed = await bundle(join(folder, 'typed.mjs'), true);
  process.stdout.write(`${objects} Services, ${runs} runs each\n`);
  process.stdout.write('way           page    gzip  CPU ms  wall ms  peak MiB\n');
  for (const { way, pageSize, gzip } of ROWS) {
    const task: Task = { way, pageSize, caFile, url: gzip ? urls.gzip : urls.plain };
    const costs = await measure(way === 'typed client' ? typed : slim, task);
    const figures = [costs.map(c => c.cpuMs), costs.map(c => c.wallMs), costs.map(c => c.peakMiB)].map(median);
    const [cpu = 0, wall = 0, peak = 0] = figures.map(Math.round);
    const size = pageSize === ALL ? 'all' : String(pageSize);
    const line = [way.padEnd(12), size.padStart(5), (gzip ? 'yes' : 'no').padStart(7), String(cpu).padStart(7)];
    process.stdout.write(`${[...line, String(wall).padStart(8), String(peak).padStart(9)].join(' ')}\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}
