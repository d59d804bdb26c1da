// Reads one cluster by its kubeconfig in a process of its own, and tells how the reading ended and the most memory that it took.
import { createClusterReader } from '../../lib/cluster/index.ts';
import { EVERY_GATEWAY, Reading } from '../../lib/sources/index.ts';

const [kubeconfig = '', readSeconds, readMiB] = process.argv.slice(2);
const limits = { readSeconds: Number(readSeconds), readMiB: Number(readMiB) };
const settings = {
  annotationPrefixes: ['external-dns.kubernetes.io/'],
  hostnames: { fromServiceName: false },
  domains: [],
  gateway: EVERY_GATEWAY,
};
const reading = new Reading(['service', 'ingress'], { cluster: 'sick', settings });
const read = createClusterReader({ limits });
const before = process.resourceUsage().maxRSS;
const began = Date.now();
const kinds = await read({ name: 'sick', owner: 'o', kubeconfig }, reading);
const ms = Date.now() - began;
const endpoints = reading.wanted().endpoints.length;
console.log(JSON.stringify({ kinds, ms, endpoints, mib: (process.resourceUsage().maxRSS - before) / 1024 }));
