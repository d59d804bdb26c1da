import type { DnsName, Endpoint } from '../model/index.ts';
import { isForeign, isUnsupported } from './annotations.ts';
import { type Bound, boundTo, commonNames, type Parent, parentsOf, wildcardsOver } from './binding.ts';
import { slimMetadata } from './filters.ts';
import { GROUP, type Listener, lets } from './gateway.ts';
import { quoted } from './hostname.ts';
import { annotatedHostnames, calledBy, namesIn, namesOf } from './names.ts';
import type { Needed } from './needed.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, fieldOf, itemsAt, type KubernetesObject, listAt } from './object.ts';
import { type Asked, annotatedTargets, published, withoutTarget } from './publish.ts';
import { rulesOf } from './rules.ts';
import type { SourceContext, SourceSettings } from './settings.ts';

/** What the kinds of route differ in. */
interface RouteKind {
  /** As `allowedRoutes.kinds` names it. */
  readonly kind: string;
  /** The protocols of the listeners that take it; HTTPS passes for HTTP, and TLS for TCP, as ExternalDNS has it. */
  readonly protocols: readonly string[];
}

/** What a route wants to be called. */
interface Hosts {
  readonly names: readonly DnsName[];
  /** The route names no hosts itself: those of the listeners are its. */
  readonly any: boolean;
}

/** A route at work. */
interface Work {
  readonly kind: RouteKind;
  readonly route: KubernetesObject;
  readonly hosts: Hosts;
  readonly context: SourceContext;
  readonly needed: Needed;
}

/** What comes of the names of a route. */
interface Outcome {
  /** The targets, a list a parent. */
  readonly ready: Map<DnsName, (readonly Field[])[]>;
  /** What is asked for and cannot be published now, and why. */
  readonly waiting: Map<DnsName, string>;
  /** Whether any of its parents counts. */
  counts: boolean;
}

/**
 * What a route asks for.
 *
 * | its parent                                                      | the names that fit its listeners       |
 * |-----------------------------------------------------------------|----------------------------------------|
 * | accepted it, and has targets                                    | are published                          |
 * | has not accepted it (any more), has no address, or is not there | are told, and what is published stays  |
 * | is left out by the config, or no Gateway or ListenerSet         | are not asked for                      |
 *
 * The targets of a name are those of all its parents together; those of one parent are the route's own annotation, else
 * the ListenerSet's, else the Gateway's, else the Gateway's addresses.
 */
export function routeEndpoints(kind: RouteKind) {
  return (route: KubernetesObject, context: SourceContext, needed: Needed): Endpoint[] => {
    if (isForeign(route)) return [];
    const hosts = hostsOf(route, context.settings);
    if (hosts === undefined) return [];
    const outcome = outcomeOf({ kind, route, hosts, context, needed });
    const { ready, waiting } = outcome;
    if (isUnsupported(route, [...ready.keys(), ...waiting.keys()])) return [];
    for (const [because, names] of byReason(waiting)) withoutTarget(names, 'status.parents', because, route.notes);
    tellOfUnfit(route, hosts, outcome);
    return published(route, grouped(ready), context.settings);
  };
}

/** Those of its spec and of its annotation, or as `gateway-hostname-source` narrows it; undefined: malformed, and noted. */
function hostsOf(route: KubernetesObject, settings: SourceSettings): Hosts | undefined {
  const { annotations, spec, notes } = route;
  const before = notes.wrongTypes;
  const own = listAt(spec, 'hostnames', 'spec.hostnames', notes)
    .map((host, i) => fieldOf(host, `spec.hostnames[${i}]`, notes))
    .filter(host => host !== undefined);
  if (notes.wrongTypes > before) return undefined;
  const annotated = annotatedHostnames(route, settings);
  // Templates stand in for the hostnames of the spec; the annotation comes on top of either.
  const defined = () => namesIn(calledBy(route, own, settings));
  const source = annotationOf(annotations, 'gateway-hostname-source');
  switch (source?.text.toLowerCase()) {
    case 'defined-hosts-only':
      return { names: defined(), any: false };
    case 'annotation-only':
      return { names: namesOf(annotated, notes), any: false };
  }
  if (source !== undefined) {
    const allowed = 'write "defined-hosts-only" or "annotation-only", or leave it out for both';
    notes.add('warning', source.field, `${quoted(source.text)} is no source of hostnames, both are taken: ${allowed}`);
  }
  return { names: [...new Set([...defined(), ...namesOf(annotated, notes)])], any: own.length === 0 };
}

function outcomeOf(work: Work): Outcome {
  const { route, hosts, context, needed } = work;
  const outcome: Outcome = { ready: new Map(), waiting: new Map(), counts: false };
  const own = annotatedTargets(route);
  for (const parent of parentsOf(route)) {
    for (const bound of boundTo(parent, context, needed)) {
      outcome.counts = true;
      const targets = own.length > 0 ? own : bound.targets;
      const because = whyNot(parent, bound, targets);
      // Where the listeners are not known, neither is which names of theirs the route has.
      if (bound.listeners === undefined && hosts.any) route.notes.holdAll(because ?? '');
      const names = namesAt(work, parent, bound);
      route.notes.asksFor(names);
      for (const name of names) {
        if (because !== undefined) outcome.waiting.set(name, because);
        else outcome.ready.set(name, [...(outcome.ready.get(name) ?? []), targets]);
      }
    }
  }
  for (const name of outcome.ready.keys()) outcome.waiting.delete(name);
  return outcome;
}

/** Why names that fit cannot be published now. */
function whyNot(parent: Parent, bound: Bound, targets: readonly Field[]): string | undefined {
  const shown = `${parent.kind.split('/')[1]} ${parent.namespace}/${parent.name}`;
  const stays = 'what is published stays';
  if (bound.because !== undefined) return `${bound.because}, ${stays}`;
  if (!parent.accepted) return `${shown} has not accepted the route, ${stays}`;
  return targets.length === 0 ? `${shown} has no address yet, ${stays}` : undefined;
}

/** The names that a parent's listeners and the route have in common; where the listeners are not known, all of the route's. */
function namesAt(work: Work, parent: Parent, { home, listeners }: Bound): Iterable<DnsName> {
  const { route, hosts, context } = work;
  if (listeners === undefined) return hosts.names;
  const fitting = listeners.filter(listener => fits(work, parent, home, listener));
  const found = commonNames(hosts.names, fitting);
  if (!hosts.any) return found;
  for (const { hostname } of fitting) {
    if (hostname === undefined || found.has(hostname)) continue;
    if (!hostname.startsWith('*.') || context.settings.gateway.wildcardListeners) found.add(hostname);
    else {
      const message = `${hostname} of a listener is not published: gateway.wildcardListeners is off`;
      route.notes.add('filtered', 'spec.hostnames', message, hostname);
    }
  }
  return found;
}

function fits({ kind, route, needed }: Work, parent: Parent, home: string, listener: Listener): boolean {
  return (
    (parent.section === '' || parent.section === listener.name) &&
    (parent.port === undefined || parent.port === listener.port) &&
    kind.protocols.includes(listener.protocol) &&
    (listener.kinds === undefined || listener.kinds.includes(`${GROUP}/${kind.kind}`)) &&
    lets(listener.routes, home, route.notes.object.namespace, needed)
  );
}

function byReason(waiting: ReadonlyMap<DnsName, string>): Map<string, DnsName[]> {
  const groups = new Map<string, DnsName[]>();
  for (const [name, because] of waiting) {
    const names = groups.get(because) ?? [];
    groups.set(because, names);
    names.push(name);
  }
  return groups;
}

/** Every name that is asked for and not published has a reason. A wildcard of which a narrower name is published has its due. */
function tellOfUnfit({ notes }: KubernetesObject, { names }: Hosts, { ready, waiting, counts }: Outcome): void {
  const served = new Set([...ready.keys(), ...waiting.keys()].flatMap(name => [name, ...wildcardsOver(name)]));
  const because = counts ? 'it fits no listener that takes the route' : 'the route has no parent that counts';
  for (const name of names) {
    if (!served.has(name)) notes.add('filtered', 'spec.parentRefs', `${name} is not published: ${because}`, name);
  }
}

/** Names that have the same parents share their targets. */
function grouped(ready: Outcome['ready']): Asked[] {
  const ids = new Map<readonly Field[], number>();
  const idOf = (list: readonly Field[]) => {
    const id = ids.get(list) ?? ids.size;
    ids.set(list, id);
    return id;
  };
  const groups = new Map<string, { names: DnsName[]; targets: readonly Field[] }>();
  for (const [name, lists] of ready) {
    const key = [...new Set(lists.map(idOf))].join();
    const group = groups.get(key) ?? { names: [], targets: [...new Set(lists)].flat() };
    groups.set(key, group);
    group.names.push(name);
  }
  return [...groups.values()];
}

/** All that {@link routeEndpoints} looks at. */
export function slimRoute(raw: unknown, context: SourceContext): unknown {
  // A template may look at anything.
  if (rulesOf(context.settings).templates.length > 0) return raw;
  const spec = at(raw, 'spec');
  const parents = itemsAt(at(raw, 'status'), 'parents').map(entry => ({
    parentRef: at(entry, 'parentRef'),
    conditions: itemsAt(entry, 'conditions')
      .filter(condition => at(condition, 'type') === 'Accepted')
      .map(condition => ({ type: 'Accepted', status: at(condition, 'status') })),
  }));
  return {
    metadata: slimMetadata(raw, context),
    spec: { hostnames: at(spec, 'hostnames'), parentRefs: at(spec, 'parentRefs') },
    status: { parents },
  };
}
