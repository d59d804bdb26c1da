import type { Endpoint } from '../model/index.ts';
import { isForeign, isUnsupported, listOf } from './annotations.ts';
import { quoted } from './hostname.ts';
import { frontTargets } from './load-balancer.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, fieldOf, type KubernetesObject, listAt } from './object.ts';
import { annotatedTargets, behindLoadBalancer, namesOf } from './publish.ts';
import { loadBalancerFields } from './targets.ts';

/** What an Ingress asks for. */
export function ingressEndpoints(ingress: KubernetesObject): Endpoint[] {
  if (isForeign(ingress)) return [];
  const names = namesOf(ingressHostnames(ingress), ingress.notes);
  if (isUnsupported(ingress, names) || names.length === 0) return [];
  return behindLoadBalancer(ingress, names, targetsOf(ingress));
}

/** Of its annotation, else of its load balancer. Undefined: malformed, and noted. */
function targetsOf(ingress: KubernetesObject): Field[] | undefined {
  const { notes, status } = ingress;
  const annotated = annotatedTargets(ingress);
  if (annotated.length > 0) return annotated;
  const before = notes.wrongTypes;
  const fields = loadBalancerFields(status, notes);
  return notes.wrongTypes > before ? undefined : [...frontTargets(ingress.metadata, fields)];
}

/**
 * The hostnames that an Ingress asks for: of its rules, of its TLS hosts and of its annotation, or as the annotation
 * `ingress-hostname-source` narrows it (`defined-hosts-only`, `annotation-only`, in any case).
 */
function ingressHostnames(ingress: KubernetesObject): Field[] {
  const source = annotationOf(ingress.annotations, 'ingress-hostname-source');
  const annotated = () => listOf(annotationOf(ingress.annotations, 'hostname'));
  if (source === undefined) return [...definedHosts(ingress), ...annotated()];
  switch (source.text.toLowerCase()) {
    case 'defined-hosts-only':
      return definedHosts(ingress);
    case 'annotation-only':
      return annotated();
  }
  const allowed = 'write "defined-hosts-only" or "annotation-only", or leave it out for both';
  ingress.notes.add('invalid', source.field, `${quoted(source.text)} is no source of hostnames: ${allowed}`);
  ingress.notes.holdAll(`${source.field} is malformed`);
  return [];
}

/** `spec.rules[].host` and `spec.tls[].hosts[]`. A rule without host stands for every host and names none. */
function definedHosts({ spec, notes }: KubernetesObject): Field[] {
  const rules = listAt(spec, 'rules', 'spec.rules', notes);
  const hosts = rules.map((rule, i) => fieldOf(at(rule, 'host'), `spec.rules[${i}].host`, notes));
  const tls = listAt(spec, 'tls', 'spec.tls', notes).flatMap((entry, i) => {
    const field = `spec.tls[${i}].hosts`;
    return listAt(entry, 'hosts', field, notes).map((host, j) => fieldOf(host, `${field}[${j}]`, notes));
  });
  return [...hosts, ...tls].filter(each => each !== undefined);
}
