import { systemClock } from '../../lib/clock.ts';
import { parseConfig } from '../../lib/config/index.ts';
import type { ClusterReader, Ports } from '../../lib/reconcile/index.ts';
import { aliasZoneOf } from '../../lib/route53/alias-zones.ts';
import type { StateStore } from '../../lib/state/index.ts';
import { loadZones, Route53Store } from '../../local/emulators/route53/index.ts';
import { storeRoute53 } from '../../test/support/store-route53.ts';

const SERVICES = 1000;
const ZONES = 60;
const PAGE = 500;

const zoneName = (i: number) => `z${i}.example.com`;

/** The hostname of a Service of a made-up cluster. */
export const hostOf = (cluster: number, i: number) =>
  `c${cluster}-svc-${i}.${zoneName((cluster * SERVICES + i) % ZONES)}`;

/** The config of a fleet; every cluster has an owner of its own. */
export const fleetConfig = (clusters: number, more = '') =>
  `clusters: [${Array.from({ length: clusters }, (_, i) => `{name: c${i}, region: us-east-1, owner: o${i}}`).join(', ')}]\nzones: {domains: [example.com]}\n${more}`;

/**
 * A fleet that is made up page by page: clusters of 1,000 Services each, spread over 60 zones of the strict Route 53 store
 * without HTTP; everything between is fairlead's own.
 *
 * @param version of the first Service's load balancer
 */
export function madeUpFleet(clusters: number, store: StateStore, version: () => number = () => 0) {
  const route53 = new Route53Store({ maxRecordSets: 1_000_000 });
  loadZones(
    route53,
    Array.from({ length: ZONES }, (_, i) => ({ id: `Z${i}`, name: `${zoneName(i)}.`, records: [] })),
  );
  const ports: Ports = {
    route53: storeRoute53(route53),
    budget: { take: async () => true, throttled() {}, succeeded() {} },
    readCluster: reader(version),
    store,
    aliasZoneOf,
    clock: systemClock,
    holder: 'bench',
  };
  return { config: parseConfig(fleetConfig(clusters), { file: 'fleet.yml', env: {} }), ports };
}

const reader =
  (version: () => number): ClusterReader =>
  async ({ name }, sources, page) => {
    const cluster = Number(name.slice(1));
    for (let from = 0; from < SERVICES; from += PAGE) {
      const items = Array.from({ length: PAGE }, (_, i) => service(cluster, from + i, version()));
      page('service', items);
      await new Promise(resolve => setImmediate(resolve));
    }
    return Object.fromEntries(
      sources.map(kind => [kind, { complete: true, objects: kind === 'service' ? SERVICES : 0 }]),
    );
  };

function service(cluster: number, i: number, version: number) {
  const changed = cluster === 0 && i === 0 ? version : 0;
  return {
    metadata: {
      name: `svc-${i}`,
      namespace: 'default',
      annotations: { 'external-dns.kubernetes.io/hostname': hostOf(cluster, i) },
    },
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ hostname: `k${cluster}-${i}-${changed}.us-east-1.elb.amazonaws.com` }] } },
  };
}
