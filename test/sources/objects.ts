import type { Finding, Wanted } from '../../lib/model/index.ts';
import { desiredFrom, EVERY_GATEWAY, type SourceContext, type SourceKind } from '../../lib/sources/index.ts';

export const ALPHA = 'external-dns.alpha.kubernetes.io/';
export const PREFIX = 'external-dns.kubernetes.io/';
export const HOSTNAME = `metadata.annotations["${ALPHA}hostname"]`;

export const NLB = 'n1-0123456789abcdef.elb.eu-west-1.amazonaws.com';

export const context = {
  cluster: 'prod',
  settings: {
    annotationPrefixes: [PREFIX, ALPHA],
    hostnames: { fromServiceName: false },
    domains: ['example.com'],
    gateway: EVERY_GATEWAY,
  },
} satisfies SourceContext;

/** The same context with names made of Service names. */
export const named = (...domains: string[]): SourceContext => ({
  ...context,
  settings: { ...context.settings, hostnames: { fromServiceName: true }, domains },
});

interface Parts {
  readonly name?: string;
  /** Keys without prefix; the alpha prefix is put in front of those without a slash. */
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly spec?: unknown;
  /** Entries of status.loadBalancer.ingress. */
  readonly lb?: readonly unknown[];
}

function object({ name = 'web', annotations = {}, spec, lb }: Parts): Record<string, unknown> {
  const prefixed = Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : ALPHA + key, value]);
  return {
    metadata: { name, namespace: 'default', annotations: Object.fromEntries(prefixed) },
    spec,
    status: lb && { loadBalancer: { ingress: lb } },
  };
}

/** A LoadBalancer with an address, unless the parts say otherwise. */
export const service = (parts: Parts = {}) =>
  object({ spec: { type: 'LoadBalancer' }, lb: [{ ip: '192.0.2.1' }], ...parts });

/** An Ingress on a load balancer with a name. */
export const ingress = (parts: Parts = {}) => object({ lb: [{ hostname: NLB }], ...parts });

export const read = (kind: SourceKind, raw: unknown, where: SourceContext = context): Wanted =>
  desiredFrom(kind, [raw], where);

/** What is wanted, as `name type targets`, to compare at a glance. */
export const records = (wanted: Wanted): string[] =>
  wanted.endpoints.map(({ name, type, targets }) => `${name} ${type} ${targets.join(' ')}`);

export const reasons = (wanted: Wanted): string[] => wanted.findings.map(({ reason }) => reason);

/** The only finding; a test that meets more or none fails. */
export function onlyFinding(wanted: Wanted): Finding {
  const [finding, ...others] = wanted.findings;
  if (finding === undefined || others.length > 0) throw new Error(`one finding expected: ${reasons(wanted)}`);
  return finding;
}

/** The names held; `*` stands for every record of the object. */
export const held = (wanted: Wanted): string[] => wanted.holds.map(({ name }) => name ?? '*');
