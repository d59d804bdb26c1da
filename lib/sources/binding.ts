import type { DnsName } from '../model/index.ts';
import { type GatewayForm, GROUP, type Listener, type ListenerSetForm, lets } from './gateway.ts';
import type { Needed } from './needed.ts';
import type { Field } from './notes.ts';
import { at, isTrue, itemsAt, type KubernetesObject, textAt } from './object.ts';
import type { SourceContext } from './settings.ts';

/** One parent of a route, with what its status says. */
export interface Parent {
  /** `group/kind` */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly section: string;
  readonly port: number | undefined;
  readonly accepted: boolean;
}

/** Listeners behind a parent, and where they are reached. */
export interface Bound {
  /** The namespace of the object that has the listeners. */
  readonly home: string;
  /** Undefined: not known, because the parent is not there. */
  readonly listeners: readonly Listener[] | undefined;
  readonly targets: readonly Field[];
  /** Why they cannot be published now. */
  readonly because?: string;
}

/**
 * The parents of a route: those that its status tells of and its spec names, and those that its spec names and its status
 * does not know (yet). Where several controllers tell of one, it is enough that one accepted. The spec's section and port
 * are not compared, as ExternalDNS has it.
 */
export function parentsOf({ spec, status, notes }: KubernetesObject): Parent[] {
  const home = notes.object.namespace;
  const named = itemsAt(spec, 'parentRefs').map(ref => parentOf(ref, home, false));
  const spoken = new Set(named.map(nameOf));
  const told = itemsAt(status, 'parents')
    .map(entry => parentOf(at(entry, 'parentRef'), home, isTrue(entry, 'Accepted')))
    .filter(parent => spoken.has(nameOf(parent)));
  const known = new Set(told.map(nameOf));
  const all = new Map<string, Parent>();
  for (const parent of [...told, ...named.filter(one => !known.has(nameOf(one)))]) {
    const key = JSON.stringify([nameOf(parent), parent.section, parent.port]);
    if (parent.accepted || !all.has(key)) all.set(key, parent);
  }
  return [...all.values()];
}

const nameOf = ({ kind, namespace, name }: Parent) => `${kind} ${namespace}/${name}`;

function parentOf(ref: unknown, home: string, accepted: boolean): Parent {
  const port = at(ref, 'port');
  return {
    kind: `${textAt(ref, 'group') || GROUP}/${textAt(ref, 'kind') || 'Gateway'}`,
    namespace: textAt(ref, 'namespace') || home,
    name: textAt(ref, 'name'),
    section: textAt(ref, 'sectionName'),
    port: typeof port === 'number' ? port : undefined,
    accepted,
  };
}

const SETS = [`${GROUP}/ListenerSet`, 'gateway.networking.x-k8s.io/XListenerSet'];

/** What is behind a parent; nothing where it does not count: another kind, or left out by the config. */
export function boundTo(parent: Parent, { settings }: SourceContext, needed: Needed): Bound[] {
  const key = `${parent.namespace}/${parent.name}`;
  if (parent.kind === `${GROUP}/Gateway`) {
    const [gateway] = needed.get('gateway', key);
    if (gateway === undefined) return missing(parent, `the Gateway ${key} is not there`);
    const { namespace: home, listeners } = gateway;
    return gateway.chosen ? [{ home, listeners, targets: targetsOf(gateway) }] : [];
  }
  if (!SETS.includes(parent.kind) || !settings.gateway.listenerSets) return [];
  const [set] = needed.get('listenerset', key);
  if (set === undefined) return missing(parent, `the ListenerSet ${key} is not there`);
  const [gateway] = needed.get('gateway', set.gateway);
  if (gateway === undefined) return missing(parent, `the Gateway ${set.gateway} of its ListenerSet is not there`);
  return gateway.chosen ? behindSet(set, gateway, needed) : [];
}

const missing = ({ namespace: home }: Parent, because: string): Bound[] => [
  { home, listeners: undefined, targets: [], because },
];

function behindSet(set: ListenerSetForm, gateway: GatewayForm, needed: Needed): Bound[] {
  const common = { home: set.namespace, targets: targetsOf(gateway, set.annotated) };
  const because = whySetNot(set, gateway, needed);
  if (because !== undefined) return [{ ...common, listeners: set.listeners, because }];
  const accepted = set.listeners.filter(({ name }) => set.acceptedListeners.includes(name));
  const others = set.listeners.filter(({ name }) => !set.acceptedListeners.includes(name));
  return [
    { ...common, listeners: accepted },
    { ...common, listeners: others, because: `its Gateway ${set.gateway} has not accepted the listener` },
  ];
}

function whySetNot(set: ListenerSetForm, gateway: GatewayForm, needed: Needed): string | undefined {
  if (!lets(gateway.listenerSets, gateway.namespace, set.namespace, needed))
    return `its Gateway ${set.gateway} takes no ListenerSets of the namespace ${set.namespace}`;
  return set.accepted ? undefined : `its Gateway ${set.gateway} has not accepted the ListenerSet`;
}

function targetsOf(gateway: GatewayForm, annotated: readonly Field[] = []): readonly Field[] {
  return [annotated, gateway.annotated, gateway.addresses].find(({ length }) => length > 0) ?? [];
}

/**
 * The hostnames that two sides have in common, the more specific one of each pair: `*.example.com` covers every name below
 * `example.com`, however deep, and not `example.com` itself. A listener without hostname takes all. They are looked up by
 * their ends, so that the cost is in proportion to the names of both sides, not to their pairs.
 */
export function commonNames(names: readonly DnsName[], listeners: readonly Listener[]): Set<DnsName> {
  const ours = new Set(names);
  const theirs = new Set(listeners.flatMap(({ hostname }) => hostname ?? []));
  const open = listeners.some(({ hostname }) => hostname === undefined);
  const found = open ? new Set(names) : new Set(names.filter(name => theirs.has(name) || isCovered(name, theirs)));
  for (const name of theirs) if (isCovered(name, ours)) found.add(name);
  return found;
}

const isCovered = (name: DnsName, by: ReadonlySet<DnsName>) => wildcardsOver(name).some(wildcard => by.has(wildcard));

/** The wildcards that cover a name. */
export function wildcardsOver(name: DnsName): DnsName[] {
  const wildcards: DnsName[] = [];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) wildcards.push(`*${name.slice(dot)}`);
  return wildcards.filter(wildcard => wildcard !== name);
}
