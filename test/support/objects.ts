/** Factories for Kubernetes objects in which only the interesting fields show. */

export interface LoadBalancer {
  readonly ip?: string;
  readonly hostname?: string;
}

export const PREFIX = 'external-dns.kubernetes.io/';

export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
};

const annotate = (annotations: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : PREFIX + key, value]),
  );

/** A load balancer from an address or a name. */
export const lb = (target: string): LoadBalancer =>
  /^[\d.]+$/.test(target) || target.includes(':') ? { ip: target } : { hostname: target };

/** A Service of type LoadBalancer; annotation keys without prefix get ExternalDNS's. */
export function service(
  name: string,
  annotations: Record<string, string>,
  targets: readonly string[],
  namespace = 'default',
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, annotations: annotate(annotations) },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    status: { loadBalancer: { ingress: targets.map(lb) } },
  };
}

export function ingress(
  name: string,
  hosts: readonly string[],
  targets: readonly string[],
  annotations: Record<string, string> = {},
  namespace = 'default',
): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations: annotate(annotations) },
    spec: { rules: hosts.map(host => ({ host })) },
    status: { loadBalancer: { ingress: targets.map(lb) } },
  };
}

export const NLB = 'n1-0123456789abcdef.elb.us-east-1.amazonaws.com';
export const ALB = 'k1-12345678.us-east-1.elb.amazonaws.com';

/** Services `a0`, `a1`, …, each with a name of its own: `a0.example.com`, `a1.example.com`, … */
export const services = (count: number, target: string, label = 'a'): KubernetesObject[] =>
  Array.from({ length: count }, (_, i) => service(`${label}${i}`, { hostname: `${label}${i}.example.com` }, [target]));
