import type { DnsName, Endpoint } from '../model/index.ts';
import { isForeign, isUnsupported, listOf } from './annotations.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, fieldOf, type KubernetesObject, listAt } from './object.ts';
import { annotatedTargets, behindLoadBalancer, namesOf } from './publish.ts';
import type { SourceContext, SourceSettings } from './settings.ts';
import { loadBalancerFields } from './targets.ts';

/** What a Service asks for. */
export function serviceEndpoints(service: KubernetesObject, { settings }: SourceContext): Endpoint[] {
  if (isForeign(service)) return [];
  const names = namesOf(serviceHostnames(service, settings), service.notes);
  if (isUnsupported(service, names) || names.length === 0) return [];
  return behindLoadBalancer(service, names, targetsOf(service, names));
}

/** Of its annotation, else of its load balancer. Undefined: refused, and noted. */
function targetsOf(service: KubernetesObject, names: readonly DnsName[]): Field[] | undefined {
  const { notes } = service;
  const annotated = annotatedTargets(service);
  if (annotated.length > 0) return annotated;
  const before = notes.wrongTypes;
  const fields = serviceTargets(service);
  if (fields === undefined) {
    notes.refuse(names, 'unsupported', 'spec.type', unsupportedType(service));
    notes.holdAll('its type is not supported yet');
  }
  return notes.wrongTypes > before ? undefined : fields;
}

const isLoadBalancer = ({ spec }: KubernetesObject) => at(spec, 'type') === 'LoadBalancer';

/**
 * The hostnames that a Service asks for: those of its annotation; without the annotation, when `hostnames.fromServiceName`
 * is on, a LoadBalancer asks for its own name in each domain. An empty annotation asks for nothing.
 */
function serviceHostnames(service: KubernetesObject, settings: SourceSettings): Field[] {
  const annotation = annotationOf(service.annotations, 'hostname');
  if (annotation !== undefined) return listOf(annotation);
  if (!settings.hostnames.fromServiceName || !isLoadBalancer(service)) return [];
  const { name } = service.notes.object;
  const suffixes = settings.domains.map(domain => (domain.startsWith('.') ? domain : `.${domain}`));
  return suffixes.map(suffix => ({ text: `${name}${suffix}`, field: 'metadata.name' }));
}

/** The load balancer's targets; undefined when the type of the Service has none that can be published yet. */
function serviceTargets(service: KubernetesObject): Field[] | undefined {
  if (!isLoadBalancer(service)) return undefined;
  const { spec, status, notes } = service;
  const external = listAt(spec, 'externalIPs', 'spec.externalIPs', notes);
  const fields = external
    .map((ip, i) => fieldOf(ip, `spec.externalIPs[${i}]`, notes))
    .filter(each => each !== undefined);
  return fields.length > 0 ? fields : loadBalancerFields(status, notes);
}

/** Why a Service without a `target` annotation has no targets at all. */
function unsupportedType({ spec }: KubernetesObject): string {
  const type = at(spec, 'clusterIP') === 'None' ? 'headless' : (at(spec, 'type') ?? 'ClusterIP');
  return `Services of type ${typeof type === 'string' ? type : 'unknown'} are not supported yet: add a target annotation or make it a LoadBalancer`;
}
