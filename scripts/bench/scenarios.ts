import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import type { World } from '../../local/world.ts';
import { Arena, type Contender, type Measured, ZONE } from './arena.ts';

/** A row of the table: what was done, and what is worth saying of its outcome. */
export interface Row extends Measured {
  readonly what: string;
  readonly outcome: string;
}

export interface Scenario {
  readonly id: string;
  /** ExternalDNS can do it, too. */
  readonly both: boolean;
  run(contender: Contender): Promise<Row[]>;
}

export const lb = (i: number, version = 0) => `k${String(i).padStart(6, '0')}-${version}.us-east-1.elb.amazonaws.com`;

export function service(i: number, hostname = lb(i)) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `svc-${i}`,
      namespace: 'default',
      labels: { app: `app-${i % 50}` },
      annotations: { 'external-dns.kubernetes.io/hostname': `svc-${i}.example.com` },
    },
    spec: {
      type: 'LoadBalancer',
      selector: { app: `app-${i}` },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
    status: { loadBalancer: { ingress: [{ hostname }] } },
  };
}

/** Puts Services into a cluster of a world. */
export function fill({ clusters }: World, count: number, cluster = 'prod', from = 0): void {
  for (let i = from; i < from + count; i++) clusters.get(cluster)?.apply(service(i));
}

const foreign = (count: number): RecordJson[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `foreign-${i}.example.com.`,
    type: 'A',
    ttl: 300,
    values: [`192.0.2.${i % 250}`],
  }));

const published = (arena: Arena) =>
  arena.records.filter(({ name, type }) => name.startsWith('svc-') && type === 'A').length;
const row = (what: string, measured: Measured, outcome = ''): Row => ({ what, ...measured, outcome });

async function within(
  work: (arena: Arena) => Promise<Row[]>,
  clusters?: readonly string[],
  sources?: string,
): Promise<Row[]> {
  const arena = await Arena.open(clusters, sources);
  try {
    return await work(arena);
  } finally {
    await arena.close();
  }
}

const sizes = (count: number): Scenario => ({
  id: `services-${count}`,
  both: true,
  run: contender =>
    within(async arena => {
      fill(arena.world, count);
      const first = await contender.run(arena);
      return [
        row(`first sync of ${count} Services`, first, `${arena.records.length} record sets`),
        row(`no change, ${count} Services`, await contender.run(arena)),
      ];
    }),
});

const GATEWAY_API = 'gateway.networking.k8s.io/v1';

export function gateway(i: number, hostname = lb(i)) {
  return {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name: `gw-${i}`, namespace: 'default' },
    spec: {
      gatewayClassName: 'aws-alb-gateway-class',
      listeners: [{ name: 'https', protocol: 'HTTPS', port: 443, hostname: '*.example.com' }],
    },
    status: { addresses: [{ type: 'Hostname', value: hostname }] },
  };
}

export function route(i: number, gateways: number) {
  const parentRef = { name: `gw-${i % gateways}` };
  return {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name: `svc-${i}`, namespace: 'default', labels: { app: `app-${i % 50}` } },
    spec: {
      hostnames: [`svc-${i}.example.com`],
      parentRefs: [parentRef],
      rules: [{ backendRefs: [{ name: `app-${i}`, port: 8080 }] }],
    },
    status: {
      parents: [
        {
          controllerName: 'gateway.k8s.aws/alb',
          parentRef,
          conditions: ['Accepted', 'ResolvedRefs'].map(type => ({ type, status: 'True', reason: type, message: '' })),
        },
      ],
    },
  };
}

/** A headless Service, whose pods publish themselves each under a name of its own. */
export function headless(i: number) {
  const { metadata, spec } = service(i);
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ...spec, type: 'ClusterIP', clusterIP: 'None' } };
}

const address = (i: number, version = 0) => `10.${version}.${i >> 8}.${i & 255}`;

export function pod(i: number, services: number) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${i}`, namespace: 'default', labels: { app: `app-${i % services}` } },
    spec: { hostname: `pod-${i}`, nodeName: `node-${i % 20}`, containers: [{ name: 'main', image: 'x' }] },
    status: {
      phase: 'Running',
      podIP: address(i),
      hostIP: `192.168.0.${i % 20}`,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(type => ({ type, status: 'True' })),
    },
  };
}

/** The slice of a Service's pods. */
export function podSlice(service: number, services: number, count: number, version = 0) {
  const pods = Array.from({ length: Math.ceil((count - service) / services) }, (_, n) => service + n * services);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `svc-${service}-a`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': `svc-${service}` },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: pods.map(i => ({
      addresses: [address(i, version)],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: 'Pod', name: `pod-${i}`, namespace: 'default' },
    })),
  };
}

const pods = (count: number, services: number): Scenario => ({
  id: `pods-${count}`,
  both: false,
  run: contender =>
    within(async arena => {
      for (let i = 0; i < services; i++) {
        arena.cluster().apply(headless(i));
        arena.cluster().apply(podSlice(i, services, count));
      }
      for (let i = 0; i < count; i++) arena.cluster().apply(pod(i, services));
      const first = await contender.run(arena);
      const what = `${count} pods of ${services} headless Services`;
      return [
        row(`first sync of ${what}`, first, `${arena.records.length} record sets`),
        row(`no change, ${what}`, await contender.run(arena)),
      ];
    }),
});

const routes = (count: number, gateways: number): Scenario => ({
  id: `routes-${count}`,
  both: false,
  run: contender =>
    within(
      async arena => {
        for (let i = 0; i < gateways; i++) arena.cluster().apply(gateway(i));
        for (let i = 0; i < count; i++) arena.cluster().apply(route(i, gateways));
        const first = await contender.run(arena);
        return [
          row(`first sync of ${count} HTTPRoutes, ${gateways} Gateways`, first, `${arena.records.length} record sets`),
          row(`no change, ${count} HTTPRoutes`, await contender.run(arena)),
        ];
      },
      undefined,
      'gateway',
    ),
});

const oneChange: Scenario = {
  id: 'one-change',
  both: true,
  run: contender =>
    within(async arena => {
      fill(arena.world, 1000);
      arena.load(foreign(5000));
      await contender.run(arena);
      const idle = await contender.run(arena);
      arena.cluster().apply(service(7, lb(7, 1)));
      const one = await contender.run(arena);
      const moved = arena.records.filter(({ alias }) => alias?.dnsName.startsWith(lb(7, 1))).length;
      return [
        row('no change, 1,000 Services + 5,000 foreign', idle),
        row('one load balancer changes (+5,000 foreign)', one, `${moved} record sets moved`),
      ];
    }),
};

const refused: Scenario = {
  id: 'refused',
  both: true,
  run: contender =>
    within(async arena => {
      fill(arena.world, 1000);
      arena.world.route53.store.poisons.push({ name: 'svc-500.example.com.' });
      const first = await contender.run(arena);
      const there = published(arena);
      const second = await contender.run(arena);
      return [
        row('1,000 new Services, one refused', first, `${there} published`),
        row('… the next sync', second, reasons(second)),
      ];
    }),
};

const full: Scenario = {
  id: 'full-zone',
  both: true,
  run: contender =>
    within(async arena => {
      arena.world.route53.store.maxRecordSets = 10_000;
      arena.load(foreign(9800));
      fill(arena.world, 100);
      const first = await contender.run(arena);
      const there = published(arena);
      const second = await contender.run(arena);
      return [
        row('zone nearly full (room for 49 of 100)', first, `${there} published`),
        row('… the next sync', second, reasons(second)),
      ];
    }),
};

const TAKEN = {
  name: 'a-svc-0.example.com.',
  type: 'TXT',
  ttl: 300,
  values: ['"heritage=external-dns,external-dns/owner=other"'],
};
const EDITED = { name: 'svc-0.example.com.', type: 'A', ttl: 60, values: ['192.0.2.66'] };

const meanwhile = (id: string, what: string, records: readonly RecordJson[]): Scenario => ({
  id,
  both: true,
  run: contender =>
    within(async arena => {
      fill(arena.world, 3);
      await contender.run(arena);
      arena.cluster().apply(service(0, lb(0, 1)));
      const edit = () => arena.world.route53.store.edit(ZONE, { put: records.map(fromJson) });
      arena.world.route53.faults.interrupt({
        operation: 'ChangeResourceRecordSets',
        call: 1,
        moment: 'before',
        act: edit,
      });
      const run = await contender.run(arena);
      const now = arena.records.find(({ name, type }) => name === 'svc-0.example.com.' && type === 'A');
      const kept = now?.values?.[0] === '192.0.2.66' ? 'left as the other left it' : 'is ours again';
      return [row(what, run, `the record ${kept}${reasons(run, ', ')}`)];
    }),
});

const vanished: Scenario = {
  id: 'vanished',
  both: true,
  run: contender =>
    within(async arena => {
      fill(arena.world, 1000);
      await contender.run(arena);
      const before = arena.records.length;
      for (let i = 0; i < 1000; i++) arena.cluster().delete({ kind: 'Service', name: `svc-${i}` });
      const gone = await contender.run(arena);
      const rows = [row('all 1,000 objects vanish', gone, `${before - arena.records.length} of ${before} deleted`)];
      if (contender.name !== 'fairlead') return rows;
      const forced = await contender.run(arena, ['--force']);
      return [...rows, row('… forced', forced, `${before - arena.records.length} of ${before} deleted`)];
    }),
};

const unauthorized: Scenario = {
  id: 'unauthorized',
  both: false,
  run: contender =>
    within(
      async arena => {
        fill(arena.world, 20, 'prod');
        fill(arena.world, 20, 'other', 100);
        await contender.run(arena);
        arena.cluster('prod').faults.unauthorized = true;
        fill(arena.world, 1, 'other', 200);
        const run = await contender.run(arena);
        const states = run.result?.clusters.map(({ name, state }) => `${name} ${state}`).join(', ');
        return [row('one of two clusters answers 401', run, `${states}; ${published(arena)} of 41 names published`)];
      },
      ['prod', 'other'],
    ),
};

function reasons({ result }: Measured, before = ''): string {
  const counted = Object.entries(result?.reasons ?? {}).map(([reason, count]) => `${count} ${reason}`);
  return counted.length === 0 ? '' : before + counted.join(', ');
}

export const SCENARIOS: readonly Scenario[] = [
  sizes(1000),
  sizes(5000),
  routes(5000, 50),
  pods(5000, 50),
  oneChange,
  refused,
  full,
  meanwhile('edited', 'somebody edits a record between read and write', [EDITED]),
  meanwhile('taken-over', 'somebody takes a record over between read and write', [EDITED, TAKEN]),
  vanished,
  unauthorized,
];
