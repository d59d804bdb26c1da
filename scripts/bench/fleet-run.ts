// One fleet in one process: node fleet-run.ts CLUSTERS. Clusters are made up page by page, Route 53 is the strict store
// without HTTP; everything between is fairlead's own. Prints a line of JSON for each step.
import { systemClock } from '../../lib/clock.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { type ClusterReader, type Ports, reconcile } from '../../lib/reconcile/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import { createMemoryStore } from '../../lib/state/index.ts';
import { loadZones, Route53Store } from '../../local/route53/index.ts';
import { storeRoute53 } from '../../test/support/store-route53.ts';

const SERVICES = 1000;
const ZONES = 60;
const PAGE = 500;

const clusters = Number(process.argv[2]);
const zoneName = (i: number) => `z${i}.example.com`;
let version = 0;

function service(cluster: number, i: number) {
  const zone = zoneName((cluster * SERVICES + i) % ZONES);
  const changed = cluster === 0 && i === 0 ? version : 0;
  return {
    metadata: {
      name: `svc-${i}`,
      namespace: 'default',
      annotations: { 'external-dns.kubernetes.io/hostname': `c${cluster}-svc-${i}.${zone}` },
    },
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ hostname: `k${cluster}-${i}-${changed}.us-east-1.elb.amazonaws.com` }] } },
  };
}

const readCluster: ClusterReader = async ({ name }, sources, page) => {
  const cluster = Number(name.slice(1));
  for (let from = 0; from < SERVICES; from += PAGE) {
    page(
      'service',
      Array.from({ length: PAGE }, (_, i) => service(cluster, from + i)),
    );
    await new Promise(resolve => setImmediate(resolve));
  }
  return Object.fromEntries(
    sources.map(kind => [kind, { complete: true, objects: kind === 'service' ? SERVICES : 0 }]),
  );
};

const names = Array.from({ length: clusters }, (_, i) => `{name: c${i}, region: us-east-1, owner: o${i}}`);
const config = parseConfig(`clusters: [${names.join(', ')}]\nzones: {domains: [example.com]}`, {
  file: 'fleet.yml',
  env: {},
});
const store = new Route53Store({ maxRecordSets: 1_000_000 });
loadZones(
  store,
  Array.from({ length: ZONES }, (_, i) => ({ id: `Z${i}`, name: `${zoneName(i)}.`, records: [] })),
);
const free = { take: async () => true, throttled() {}, succeeded() {} };
const ports: Ports = {
  route53: storeRoute53(store),
  budget: free,
  readCluster,
  store: createMemoryStore(),
  aliasZoneOf,
  clock: systemClock,
  holder: 'bench',
};

async function measured(step: string): Promise<void> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const { calls, zones, inStep, findings } = await reconcile({ mode: 'sync', force: false }, { config, ports });
  if (!inStep) throw new Error(`not in step: ${JSON.stringify(findings.slice(0, 3))}`);
  const { user, system } = process.cpuUsage(cpu);
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const recordSets = zones.reduce((sum, { owned }) => sum + 2 * owned, 0);
  console.log(
    JSON.stringify({
      step,
      wallSeconds: (performance.now() - begun) / 1000,
      cpuSeconds: (user + system) / 1e6,
      calls: total,
      changeCalls: calls.ChangeResourceRecordSets ?? 0,
      recordSets,
    }),
  );
}

await measured('first sync');
await measured('no change');
version = 1;
await measured('one change');
