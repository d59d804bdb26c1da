import type { Endpoint } from '../model/index.ts';
import { isForeign, isUnsupported } from './annotations.ts';
import { quoted } from './hostname.ts';
import { frontTargets } from './load-balancer.ts';
import { annotatedHostnames, calledBy, namesIn } from './names.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, fieldOf, type KubernetesObject, listAt } from './object.ts';
import { annotatedTargets, behindLoadBalancer } from './publish.ts';
import { rulesOf } from './rules.ts';
import type { SourceContext, SourceSettings } from './settings.ts';
import { loadBalancerFields } from './targets.ts';

/** What an Ingress asks for. */
export function ingressEndpoints(ingress: KubernetesObject, { settings }: SourceContext): Endpoint[] {
  if (isForeign(ingress) || !isOfClass(ingress, rulesOf(settings).ingress.classes)) return [];
  const own = ingressHostnames(ingress, settings);
  if (own === undefined) return [];
  const called = calledBy(ingress, own, settings);
  if (called.length === 0 || isUnsupported(ingress, namesIn(called))) return [];
  const targets = targetsOf(ingress);
  if (targets === undefined) return [];
  const asked = called.map(each => ({ names: each.names, targets: each.targets.length > 0 ? each.targets : targets }));
  return behindLoadBalancer(ingress, asked, settings);
}

const CLASS = 'kubernetes.io/ingress.class';

/** `spec.ingressClassName`, else the annotation that was before it; a class that is the cluster's default is not looked up. */
function isOfClass({ raw, spec }: KubernetesObject, classes: readonly string[]): boolean {
  if (classes.length === 0) return true;
  const name = at(spec, 'ingressClassName') || at(at(at(raw, 'metadata'), 'annotations'), CLASS);
  return typeof name === 'string' && classes.includes(name);
}

/** Of its annotation, else of its load balancer. Undefined: malformed, and noted. */
function targetsOf(ingress: KubernetesObject): readonly Field[] | undefined {
  const { notes, status } = ingress;
  const annotated = annotatedTargets(ingress);
  if (annotated.length > 0) return annotated;
  const before = notes.wrongTypes;
  const fields = loadBalancerFields(status, notes);
  return notes.wrongTypes > before ? undefined : [...frontTargets(ingress.metadata, fields)];
}

/**
 * The hostnames that an Ingress asks for: of its rules, of its TLS hosts and of its annotation, or as the annotation
 * `ingress-hostname-source` narrows it (`defined-hosts-only`, `annotation-only`, in any case). Undefined: malformed.
 */
function ingressHostnames(ingress: KubernetesObject, settings: SourceSettings): readonly Field[] | undefined {
  const source = annotationOf(ingress.annotations, 'ingress-hostname-source');
  const annotated = () => annotatedHostnames(ingress, settings);
  if (source === undefined) return [...definedHosts(ingress, settings), ...annotated()];
  switch (source.text.toLowerCase()) {
    case 'defined-hosts-only':
      return definedHosts(ingress, settings);
    case 'annotation-only':
      return annotated();
  }
  const allowed = 'write "defined-hosts-only" or "annotation-only", or leave it out for both';
  ingress.notes.add('invalid', source.field, `${quoted(source.text)} is no source of hostnames: ${allowed}`);
  ingress.notes.holdAll(`${source.field} is malformed`);
  return undefined;
}

/** `spec.rules[].host` and `spec.tls[].hosts[]`. A rule without host stands for every host and names none. */
function definedHosts({ spec, notes }: KubernetesObject, settings: SourceSettings): Field[] {
  const { ignoreRules, ignoreTls } = rulesOf(settings).ingress;
  const rules = ignoreRules ? [] : listAt(spec, 'rules', 'spec.rules', notes);
  const hosts = rules.map((rule, i) => fieldOf(at(rule, 'host'), `spec.rules[${i}].host`, notes));
  const tls = (ignoreTls ? [] : listAt(spec, 'tls', 'spec.tls', notes)).flatMap((entry, i) => {
    const field = `spec.tls[${i}].hosts`;
    return listAt(entry, 'hosts', field, notes).map((host, j) => fieldOf(host, `${field}[${j}]`, notes));
  });
  return [...hosts, ...tls].filter(each => each !== undefined);
}
