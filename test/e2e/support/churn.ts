import { ingress, type KubernetesObject, NLB, service } from '../../support/objects.ts';

/** Which tool an object speaks to. */
type Reader = 'fairlead' | 'external' | 'both';

export interface Wish {
  readonly kind: 'Service' | 'Ingress';
  readonly name: string;
  readonly reader: Reader;
  readonly hosts: readonly string[];
  readonly targets: readonly string[];
}

/** Each tool reads the annotations under its own prefix. */
export const PREFIXES = {
  fairlead: 'external-dns.alpha.kubernetes.io/',
  external: 'external-dns.kubernetes.io/',
} as const;

const SLOTS: readonly Pick<Wish, 'kind' | 'name'>[] = [
  ...Array.from({ length: 14 }, (_, at) => ({ kind: 'Service' as const, name: `s${at}` })),
  ...Array.from({ length: 8 }, (_, at) => ({ kind: 'Ingress' as const, name: `i${at}` })),
];
const HOSTS = Array.from({ length: 24 }, (_, at) => `h${at}.example.com`);
const TARGETS: readonly (readonly string[])[] = [
  ['192.0.2.1'],
  ['192.0.2.2', '192.0.2.3'],
  ['2001:db8::1'],
  ['192.0.2.4', '2001:db8::2'],
  [NLB],
  ['lb.example.net'],
];
/** Each reader as likely as the other, and a third of the objects for both. */
const READERS: readonly Reader[] = ['fairlead', 'external', 'both'];

export type Random = () => number;

/** The same numbers for the same seed: mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** A change of one object: what it asks for now, or that it is gone. */
export interface Move {
  readonly slot: Pick<Wish, 'kind' | 'name'>;
  readonly wish: Wish | undefined;
}

export function randomMove(random: Random): Move {
  const slot = pick(random, SLOTS);
  if (random() < 0.3) return { slot, wish: undefined };
  const hosts = new Set([pick(random, HOSTS), ...(random() < 0.3 ? [pick(random, HOSTS)] : [])]);
  return {
    slot,
    wish: { ...slot, reader: pick(random, READERS), hosts: [...hosts], targets: pick(random, TARGETS) },
  };
}

/** An Ingress is read by both through its rules, unless one is told to look at its annotations alone. */
export function objectOf({ kind, name, reader, hosts, targets }: Wish): KubernetesObject {
  const tools = ['fairlead', 'external'] as const;
  if (kind === 'Service') {
    const readers = tools.filter(tool => reader === tool || reader === 'both');
    return service(name, Object.fromEntries(readers.map(tool => [`${PREFIXES[tool]}hostname`, hosts.join()])), targets);
  }
  const others = tools.filter(tool => reader !== tool && reader !== 'both');
  const blind = others.map(tool => [`${PREFIXES[tool]}ingress-hostname-source`, 'annotation-only']);
  return ingress(name, hosts, targets, Object.fromEntries(blind));
}

/** The hosts that a tool is asked for. */
export function wantedBy(tool: 'fairlead' | 'external', wishes: Iterable<Wish>): Set<string> {
  const own = [...wishes].filter(({ reader }) => reader === tool || reader === 'both');
  return new Set(own.flatMap(({ hosts }) => hosts));
}
