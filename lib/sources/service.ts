import type { Endpoint } from '../model/index.ts';
import { isForeign, isUnsupported } from './annotations.ts';
import { headlessTargets } from './headless.ts';
import { annotatedHostnames, type Called, calledBy, namesIn, namesOf } from './names.ts';
import type { Needed, NeededResource } from './needed.ts';
import { nodeTargets, portRecords } from './nodeport.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, fieldOf, type KubernetesObject, listAt } from './object.ts';
import { type Asked, annotatedTargets, behindLoadBalancer, published, publishedOrWaiting } from './publish.ts';
import { type ObjectRules, rulesOf } from './rules.ts';
import type { SourceContext, SourceSettings } from './settings.ts';
import { loadBalancerFields } from './targets.ts';

type ServiceType = 'ClusterIP' | 'headless' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

/** A Service at work: the names that it is called, and those of its annotation `internal-hostname`. */
interface Work {
  readonly service: KubernetesObject;
  readonly type: ServiceType;
  readonly called: readonly Called[];
  readonly internal: Called;
  readonly settings: SourceSettings;
  readonly needed: Needed;
}

/**
 * What a Service asks for, where it has no `target` annotation (source/service of ExternalDNS 0.22):
 *
 * | type         | hostname                                                    | internal-hostname  |
 * |--------------|-------------------------------------------------------------|--------------------|
 * | LoadBalancer | externalIPs, else its load balancer                         | its cluster address |
 * | ClusterIP    | nothing; its cluster address with `service.publishInternal` | its cluster address |
 * | headless     | its pods, each under its own name too                       | the same           |
 * | NodePort     | the nodes, and an SRV record for each port                  | the same           |
 * | ExternalName | externalIPs, else the name                                  | the same           |
 */
export function serviceEndpoints(service: KubernetesObject, context: SourceContext, needed: Needed): Endpoint[] {
  const work = workOf(service, context, needed);
  if (work === undefined) return [];
  const { called, internal, settings } = work;
  const names = internal.names.length === 0 ? namesIn(called) : namesIn([...called, internal]);
  if (isUnsupported(service, names)) return [];
  const annotated = annotatedTargets(service);
  if (annotated.length > 0) return published(service, [{ names, targets: annotated }], settings);
  return BY_TYPE[work.type](work);
}

/** Undefined: it asks for nothing. */
function workOf(service: KubernetesObject, { settings }: SourceContext, needed: Needed): Work | undefined {
  const type = typeOf(service);
  const { types } = rulesOf(settings).service;
  if (types.length > 0 && !types.includes(type === 'headless' ? 'ClusterIP' : type)) return undefined;
  if (isForeign(service)) return undefined;
  const inside = annotatedHostnames(service, settings, 'internal-hostname');
  const called = calledBy(service, serviceHostnames(service, type, settings), settings, inside.length > 0);
  const internal = { names: namesOf(inside, service.notes), targets: [] };
  if (called.length === 0 && internal.names.length === 0) return undefined;
  return { service, type, called, internal, settings, needed };
}

function typeOf({ spec }: KubernetesObject): ServiceType {
  const type = at(spec, 'type');
  if (type === 'NodePort' || type === 'LoadBalancer' || type === 'ExternalName') return type;
  return at(spec, 'clusterIP') === 'None' ? 'headless' : 'ClusterIP';
}

/** The resources that Services of the types that count may need. */
export function joinedByServices({ service: { types } }: ObjectRules): readonly NeededResource[] {
  const counts = (type: 'NodePort' | 'ClusterIP') => types.length === 0 || types.includes(type);
  if (counts('ClusterIP')) return ['node', 'pod', 'endpointslice'];
  return counts('NodePort') ? ['node', 'pod'] : [];
}

/** Whether a Service is of a type that may need others. */
export function mayJoin(raw: unknown): boolean {
  const spec = at(raw, 'spec');
  return at(spec, 'type') === 'NodePort' || at(spec, 'clusterIP') === 'None';
}

/** The resources that a Service needs beside itself, for the names that it asks for. */
export function serviceJoins(service: KubernetesObject, context: SourceContext): readonly NeededResource[] {
  const type = typeOf(service);
  if ((type !== 'headless' && type !== 'NodePort') || annotatedTargets(service).length > 0) return [];
  const { settings } = context;
  const asks =
    rulesOf(settings).templates.length > 0 ||
    annotatedHostnames(service, settings).length > 0 ||
    annotatedHostnames(service, settings, 'internal-hostname').length > 0;
  const { types } = rulesOf(settings).service;
  if (!asks || (types.length > 0 && !types.includes(type === 'headless' ? 'ClusterIP' : type))) return [];
  if (type === 'NodePort') return at(service.spec, 'externalTrafficPolicy') === 'Local' ? ['node', 'pod'] : ['node'];
  return hasNodes(service) ? ['endpointslice', 'pod', 'node'] : ['endpointslice', 'pod'];
}

const hasNodes = ({ annotations }: KubernetesObject) =>
  annotationOf(annotations, 'endpoints-type')?.text === 'NodeExternalIP';

/** All that {@link serviceEndpoints} looks at. */
export function slimService({ raw, spec, status, notes }: KubernetesObject): unknown {
  const metadata = at(raw, 'metadata');
  const { name, namespace } = notes.object;
  return {
    // A template may look at the rest; who wrote which field is nobody's concern, and large.
    metadata: { ...(metadata as object), name, namespace, managedFields: undefined },
    spec,
    status,
  };
}

/**
 * The hostnames that a Service asks for: those of its annotation; without the annotation, when `hostnames.fromServiceName`
 * is on, a LoadBalancer asks for its own name in each domain. An empty annotation asks for nothing.
 */
function serviceHostnames(service: KubernetesObject, type: ServiceType, settings: SourceSettings): readonly Field[] {
  const annotated = annotationOf(service.annotations, 'hostname') !== undefined;
  if (annotated && !rulesOf(settings).ignoreAnnotation) return annotatedHostnames(service, settings);
  if (!settings.hostnames.fromServiceName || type !== 'LoadBalancer') return [];
  const { name } = service.notes.object;
  const suffixes = settings.domains.map(domain => (domain.startsWith('.') ? domain : `.${domain}`));
  return suffixes.map(suffix => ({ text: `${name}${suffix}`, field: 'metadata.name' }));
}

const BY_TYPE: Readonly<Record<ServiceType, (work: Work) => Endpoint[]>> = {
  LoadBalancer: ({ service, called, internal, settings }) => {
    const targets = sound(service, () => {
      const external = externalIPs(service);
      return external.length > 0 ? external : loadBalancerFields(service.status, service.notes);
    });
    const outside = targets ? behindLoadBalancer(service, pointing(called, targets), settings) : [];
    return internal.names.length === 0 ? outside : [...outside, ...inCluster(service, internal, settings)];
  },
  ClusterIP: ({ service, called, internal, settings }) => {
    if (rulesOf(settings).service.publishInternal) {
      return inCluster(service, { names: namesIn([...called, internal]), targets: [] }, settings);
    }
    const own = called.filter(({ targets }) => targets.length === 0);
    const message = 'a Service of type ClusterIP has no address outside of the cluster: see service.publishInternal';
    if (own.length > 0) service.notes.refuse(namesIn(own), 'filtered', 'spec.type', message);
    const templated = called.filter(({ targets }) => targets.length > 0);
    return [...published(service, templated, settings), ...inCluster(service, internal, settings)];
  },
  headless: work => {
    const { service, settings, needed } = work;
    if (isUnread(work)) return [];
    const asked = headlessTargets(service, everyName(work), settings, needed);
    if (asked.length === 0) {
      service.notes.refuse(everyName(work), 'no-target', 'spec.selector', NO_PODS);
      service.notes.holdAll(NO_PODS);
    }
    return published(service, asked, settings);
  },
  NodePort: work => {
    const { service, called, internal, settings, needed } = work;
    if (isUnread(work)) return [];
    const targets = nodeTargets(service, needed);
    const missing = { field: 'spec.type', because: 'no node has an address that fits, what is published stays' };
    return [
      ...publishedOrWaiting(service, pointing([...called, internal], targets), settings, missing),
      ...portRecords(service, everyName(work), settings),
    ];
  },
  ExternalName: ({ service, called, internal, settings }) => {
    const targets = sound(service, () => {
      const external = externalIPs(service);
      const name = fieldOf(at(service.spec, 'externalName'), 'spec.externalName', service.notes);
      return external.length > 0 || name === undefined ? external : [name];
    });
    if (targets === undefined) return [];
    const missing = { field: 'spec.externalName', because: 'it has no external name, what is published stays' };
    return publishedOrWaiting(service, pointing([...called, internal], targets), settings, missing);
  },
};

/** Undefined: something of it is not of the type that Kubernetes gives it, which is noted and holds the object. */
function sound(service: KubernetesObject, read: () => Field[]): Field[] | undefined {
  const before = service.notes.wrongTypes;
  const fields = read();
  return service.notes.wrongTypes > before ? undefined : fields;
}

const NO_PODS = 'none of its pods is ready, what is published stays';

const everyName = ({ called, internal }: Work) => [...new Set(namesIn([...called, internal]))];

/** The names with the targets that the config's templates give them, else with those of the Service. */
function pointing(called: readonly Called[], own: readonly Field[]): Asked[] {
  return called
    .map(({ names, targets }) => ({ names, targets: targets.length > 0 ? targets : own }))
    .filter(({ names }) => names.length > 0);
}

/** Under its cluster address. */
function inCluster(service: KubernetesObject, called: Called, settings: SourceSettings): Endpoint[] {
  if (called.names.length === 0) return [];
  const targets = sound(service, () => {
    const address = fieldOf(at(service.spec, 'clusterIP'), 'spec.clusterIP', service.notes);
    return address === undefined || address.text === 'None' ? [] : [address];
  });
  if (targets === undefined) return [];
  const missing = { field: 'spec.clusterIP', because: 'it has no cluster address yet, what is published stays' };
  return publishedOrWaiting(service, pointing([called], targets), settings, missing);
}

function externalIPs({ spec, notes }: KubernetesObject): Field[] {
  return listAt(spec, 'externalIPs', 'spec.externalIPs', notes)
    .map((ip, i) => fieldOf(ip, `spec.externalIPs[${i}]`, notes))
    .filter(each => each !== undefined);
}

/** Whether something that the Service needs could not be read; then what is published of it stays, and that is told. */
function isUnread({ service, settings, needed, ...work }: Work): boolean {
  const joins = serviceJoins(service, { cluster: service.notes.object.cluster, settings });
  const [because] = joins.flatMap(resource => needed.unread(resource) ?? []);
  if (because === undefined) return false;
  service.notes.refuse(namesIn([...work.called, work.internal]), 'unreadable', 'spec.type', because);
  service.notes.holdAll(because);
  return true;
}
