import { ALB, ingress, type KubernetesObject, NLB, service } from '../../support/objects.ts';
import type { Kind } from './settings.ts';
import type { Step } from './steps.ts';

export const NAMES = [
  'a.example.com',
  'b.example.com',
  'a-b.example.com',
  'example.com',
  '*.w.example.com',
  'any.w.example.com',
  'x.team.example.com',
  'team.example.com',
  'o.example.org',
  `${'h'.repeat(59)}.example.com`,
] as const;

/** Objects of a cluster: the first are Services, the others Ingresses; the odd ones are in a namespace of their own. */
export const OBJECTS = 5;
export const SERVICES = 3;
export const TARGETS = 11;

/** What one object asks for, as the manifest says it: read from no code under test. */
export interface Wish {
  readonly cluster: string;
  readonly kind: Kind;
  readonly namespace: string;
  /** `kind/namespace/name`. */
  readonly resource: string;
  readonly names: readonly string[];
  /** It has a malformed hostname besides: none of its records may go. */
  readonly heldAll: boolean;
  /** Absent: it asks, but has nothing that could be published (no load balancer, or a typo in its target). */
  readonly targets?: { readonly A: readonly string[]; readonly AAAA: readonly string[]; readonly CNAME?: string };
  readonly ttl?: number;
  readonly alias: '' | 'true' | 'false';
}

export interface Thing {
  readonly object: KubernetesObject;
  readonly wish: Wish;
}

/** Addresses of their own for each object, so that a record tells whose it is; the last ones are everybody's. */
function targetsOf(cluster: string, object: number, target: number): readonly string[] {
  const c = cluster.slice(1);
  switch (target) {
    case 0:
      return [`10.${c}.${object}.1`];
    case 1:
      return [`10.${c}.${object}.2`, `2001:db8:${c}:${object}::2`];
    case 2:
      return [NLB];
    case 3:
      return ['lb.example.net'];
    case 4:
      return [];
    case 5:
      return [ALB];
    case 6:
      return [`2001:db8:${c}:${object}::6`];
    case 7:
      return ['203.0.113.7'];
    case 8:
      return ['b.example.com'];
    case 9:
      return ['a.example.com'];
    default:
      return [`10.${c}.${object}.3`, `10.${c}.${object}.4`];
  }
}

type Apply = Extract<Step, { do: 'apply' }>;

export function thingOf({ cluster, object, names: numbers, target, ttl, alias, bad }: Apply): Thing {
  const kind: Kind = object < SERVICES ? 'service' : 'ingress';
  const namespace = object % 2 === 1 ? 'shop' : 'default';
  const name = `o${object}`;
  const names = [...new Set(numbers.map(number => NAMES[number] as string))];
  const hosts = bad === 'host' ? [...names, 'bad..example.com'] : names;
  const targets = targetsOf(cluster, object, target);
  const annotations = {
    ...(alias !== '' && { alias }),
    ...(bad === 'ttl' ? { ttl: 'soon' } : ttl > 0 && { ttl: String(ttl) }),
    ...(bad === 'target' && { target: '192.0.2.300' }),
    ...(bad === 'controller' && { controller: 'another' }),
  };
  const made =
    kind === 'service'
      ? service(name, { hostname: hosts.join(','), ...annotations }, targets, namespace)
      : ingress(name, hosts, targets, annotations, namespace);
  const usable = bad !== 'target' && targets.length > 0;
  const wish: Wish = {
    cluster,
    kind,
    namespace,
    resource: `${kind}/${namespace}/${name}`,
    names: bad === 'controller' ? [] : names,
    heldAll: bad === 'host',
    ...(usable && { targets: sorted(targets) }),
    ...(bad !== 'ttl' && ttl > 0 && { ttl }),
    alias,
  };
  return { object: made, wish };
}

function sorted(targets: readonly string[]): NonNullable<Wish['targets']> {
  const A = targets.filter(target => /^[\d.]+$/.test(target));
  const AAAA = targets.filter(target => target.includes(':'));
  const [name] = targets.filter(target => !A.includes(target) && !AAAA.includes(target));
  return name === undefined ? { A, AAAA } : { A, AAAA, CNAME: name };
}

export const asks = (wish: Wish, name: string) => wish.names.includes(name);
