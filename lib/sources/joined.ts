import { type DnsName, type Endpoint, readValue } from '../model/index.ts';
import { listOf } from './annotations.ts';
import { textsAt } from './filters.ts';
import { canonicalHostname, quoted } from './hostname.ts';
import type { Needed } from './needed.ts';
import { type Field, Notes, UNNAMED } from './notes.ts';
import { annotationOf, at, type KubernetesObject, listAt, readAnnotations } from './object.ts';
import { type Asked, commonOf } from './publish.ts';
import { rulesOf } from './rules.ts';
import type { SourceContext, SourceSettings } from './settings.ts';

// What headless Services and those of type NodePort need of nodes, pods and EndpointSlices. Field by field as
// https://kubernetes.io/docs/reference/kubernetes-api/ has them; they are unchecked JSON here, and what is malformed is not
// there.

export interface NodeForm {
  readonly name: string;
  /** Nothing is scheduled on it, so it takes no NodePort's traffic (ExternalDNS: `--exclude-unschedulable`, its default). */
  readonly unschedulable?: true;
  readonly external: readonly string[];
  readonly internal: readonly string[];
}

export interface PodForm {
  /** `key=value`, one a line: pods of one kind share the text. */
  readonly labels: string;
  readonly node?: string;
  readonly hostname?: string;
  readonly hostIP?: string;
  /** Of its annotation `target`. */
  readonly targets?: readonly string[];
  /** 3: ready; 2: ready and about to end; 1: running; 0: anything else. */
  readonly rank: 0 | 1 | 2 | 3;
}

export interface SliceForm {
  readonly endpoints: readonly { readonly address?: string; readonly ready: boolean; readonly pod: string }[];
}

/** The key under which all nodes are found. */
export const EVERY_NODE = '*';

/** Route 53 takes 400 values a record set; so many addresses of one node or pod mean nothing. */
const MOST = 400;

const itemsAt = (value: unknown, key: string): readonly unknown[] => {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
};

const textAt = (value: unknown, key: string): string | undefined => {
  const text = at(value, key);
  return typeof text === 'string' && text !== '' ? text : undefined;
};

export function reduceNode(raw: unknown): NodeForm {
  const addresses = itemsAt(at(raw, 'status'), 'addresses').slice(0, MOST);
  const ofType = (type: string) =>
    addresses.filter(address => at(address, 'type') === type).flatMap(address => textAt(address, 'address') ?? []);
  const unschedulable = at(at(raw, 'spec'), 'unschedulable') === true;
  return {
    name: nameOf(raw),
    ...(unschedulable && { unschedulable }),
    external: ofType('ExternalIP'),
    internal: ofType('InternalIP'),
  };
}

const nameOf = (raw: unknown) => textAt(at(raw, 'metadata'), 'name') ?? '';

/** Pods are found together by namespace. */
export const namespaceOf = (raw: unknown): string => textAt(at(raw, 'metadata'), 'namespace') ?? '';

export function reducePod(raw: unknown, context: SourceContext): PodForm {
  const [metadata, spec, status] = [at(raw, 'metadata'), at(raw, 'spec'), at(raw, 'status')];
  const notes = new Notes({ cluster: context.cluster, kind: 'pod', namespace: UNNAMED, name: UNNAMED });
  const target = annotationOf(readAnnotations(at(metadata, 'annotations'), context, notes), 'target');
  const targets = listOf(target).map(({ text }) => text);
  const [node, hostname, hostIP] = [textAt(spec, 'nodeName'), textAt(spec, 'hostname'), textAt(status, 'hostIP')];
  const labels = Object.entries(textsAt(raw, 'labels')).map(([key, value]) => `${key}=${value}`);
  return {
    labels: shared(labels.join('\n')),
    ...(node !== undefined && { node: shared(node) }),
    ...(hostname !== undefined && { hostname }),
    ...(hostIP !== undefined && { hostIP: shared(hostIP) }),
    ...(targets.length > 0 && { targets: targets.slice(0, MOST) }),
    rank: rankOf(raw),
  };
}

const MOST_SHARED = 5_000;
const texts = new Map<string, string>();

/** The text itself, kept once however often it comes: very many pods are kept. */
function shared(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= MOST_SHARED) texts.clear();
  texts.set(text, text);
  return text;
}

function rankOf(raw: unknown): PodForm['rank'] {
  const status = at(raw, 'status');
  if (at(status, 'phase') !== 'Running') return 0;
  const ready = itemsAt(status, 'conditions').find(condition => at(condition, 'type') === 'Ready');
  if (at(ready, 'status') !== 'True') return 1;
  return at(at(raw, 'metadata'), 'deletionTimestamp') === undefined ? 3 : 2;
}

const SERVICE = 'kubernetes.io/service-name';

/** Slices are found by the Service that they are of. */
export const serviceOf = (raw: unknown): string => sliceKey(namespaceOf(raw), textsAt(raw, 'labels')[SERVICE] ?? '');

const sliceKey = (namespace: string, service: string) => `of ${namespace}/${service}`;

/** Undefined: it is no Service's, or its addresses are names. */
export function reduceSlice(raw: unknown): SliceForm | undefined {
  const type = at(raw, 'addressType');
  if (textsAt(raw, 'labels')[SERVICE] === undefined || (type !== 'IPv4' && type !== 'IPv6')) return undefined;
  const endpoints = itemsAt(raw, 'endpoints').flatMap(endpoint => {
    const target = at(endpoint, 'targetRef');
    const pod = at(target, 'kind') === 'Pod' ? textAt(target, 'name') : undefined;
    if (pod === undefined) return [];
    const [address] = itemsAt(endpoint, 'addresses');
    const ready = at(at(endpoint, 'conditions'), 'ready') !== false;
    return [{ ...(typeof address === 'string' && { address }), ready, pod }];
  });
  return { endpoints };
}

/**
 * The addresses of the nodes that take a NodePort Service's traffic: by the annotation `access`, without it the external
 * ones where any node has one. With the traffic policy Local, of the nodes only where its pods are, and of these the ones
 * with the readiest.
 */
export function nodeTargets(service: KubernetesObject, needed: Needed): Field[] {
  const { annotations, notes, spec } = service;
  const local = at(spec, 'externalTrafficPolicy') === 'Local' ? nodesWithPods(service, needed) : undefined;
  const nodes = needed
    .get('node', EVERY_NODE)
    .filter(({ name, unschedulable }) => !unschedulable && (local === undefined || local.has(name)));
  const external = nodes.flatMap(node => node.external);
  const internal = nodes.flatMap(node => node.internal);
  const access = annotationOf(annotations, 'access');
  if (access && access.text !== 'public' && access.text !== 'private') {
    notes.add('warning', access.field, `${quoted(access.text)} is ignored: write "public" or "private"`);
  }
  const isPublic = access?.text === 'public' || (access?.text !== 'private' && external.length > 0);
  const field = `the ${isPublic ? 'ExternalIP' : 'InternalIP'} addresses of the nodes`;
  return (isPublic ? external : internal).map(text => ({ text, field }));
}

function nodesWithPods(service: KubernetesObject, needed: Needed): Set<string> {
  const pods = selectedPods(service, needed).filter(({ rank, node }) => rank > 0 && node !== undefined);
  const best = Math.max(0, ...pods.map(({ rank }) => rank));
  return new Set(pods.filter(({ rank }) => rank === best).map(({ node }) => node as string));
}

/** The pods of the namespace that the Service selects; without a selector all of them, as in ExternalDNS. */
function selectedPods({ spec, notes }: KubernetesObject, needed: Needed) {
  const selector = Object.entries(at(spec, 'selector') ?? {}).map(([key, value]) => `${key}=${value}`);
  return needed.get('pod', notes.object.namespace).filter(({ labels }) => {
    const own = new Set(labels.split('\n'));
    return selector.every(label => own.has(label));
  });
}

/** An SRV record for each port and protocol of a NodePort Service (RFC 2782): `_web._tcp.www.example.com`. */
export function portRecords(
  service: KubernetesObject,
  names: readonly DnsName[],
  settings: SourceSettings,
): Endpoint[] {
  if (!rulesOf(settings).types.includes('SRV')) return [];
  const common = commonOf(service);
  if (common === undefined) return [];
  const { spec, notes } = service;
  const ports = listAt(spec, 'ports', 'spec.ports', notes).flatMap(port => {
    const nodePort = at(port, 'nodePort');
    const protocol = String(at(port, 'protocol') ?? 'TCP').toLowerCase();
    return typeof nodePort === 'number' && nodePort > 0 ? [{ nodePort, protocol }] : [];
  });
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  return names.flatMap(host =>
    protocols.flatMap(protocol => {
      const read = canonicalHostname(`_${notes.object.name}._${protocol}.${host}`);
      const values = ports
        .filter(port => port.protocol === protocol)
        .map(({ nodePort }) => readValue('SRV', `0 50 ${nodePort} ${host}.`))
        .flatMap(value => ('value' in value ? [value.value] : []));
      // Of a wildcard there is none.
      if ('problem' in read || values.length === 0) return [];
      return [{ name: read.name, type: 'SRV' as const, targets: [...new Set(values)].sort(), ...common }];
    }),
  );
}

/** The names of a headless Service with the addresses of its pods, and `<pod's hostname>.<name>` with each pod's own. */
export function headlessTargets(
  service: KubernetesObject,
  names: readonly DnsName[],
  settings: SourceSettings,
  needed: Needed,
): Asked[] {
  const pods = podsBehind(service, settings, needed);
  const byName = new Map<DnsName, Field[]>();
  for (const name of names) {
    for (const { hostname, targets } of pods) {
      if (targets.length === 0) continue;
      put(byName, name, targets);
      if (hostname === undefined || name.startsWith('*.')) continue;
      const own = canonicalHostname(`${hostname}.${name}`);
      if ('name' in own) put(byName, own.name, targets);
      else {
        const host = { text: `${hostname}.${name}`, field: `spec.hostname of a pod` };
        service.notes.malformed(host, 'a hostname', own.problem);
      }
    }
  }
  return [...byName].map(([name, targets]) => ({ names: [name], targets }));
}

function put(map: Map<DnsName, Field[]>, name: DnsName, targets: readonly Field[]): void {
  const known = map.get(name);
  if (known) for (const target of targets) known.push(target);
  else map.set(name, [...targets]);
}

function podsBehind(service: KubernetesObject, settings: SourceSettings, needed: Needed) {
  const { annotations, notes, spec } = service;
  const { publishHostIp, publishNotReady } = rulesOf(settings).service;
  const notReady = publishNotReady || at(spec, 'publishNotReadyAddresses') === true;
  const type = annotationOf(annotations, 'endpoints-type')?.text;
  const nodes = new Map(
    (type === 'NodeExternalIP' ? needed.get('node', EVERY_NODE) : []).map(node => [node.name, node]),
  );
  const { namespace, name } = notes.object;
  const endpoints = needed.get('endpointslice', sliceKey(namespace, name)).flatMap(slice => slice.endpoints);
  return endpoints.flatMap(({ address, ready, pod: podName }) => {
    const [pod] = ready || notReady ? needed.get('pod', `${namespace}/${podName}`) : [];
    if (pod === undefined) return [];
    const addresses = () => {
      if (pod.targets !== undefined) return pod.targets;
      if (type === 'NodeExternalIP') return nodes.get(pod.node ?? '')?.external ?? [];
      if (type === 'HostIP' || publishHostIp) return pod.hostIP === undefined ? [] : [pod.hostIP];
      return address === undefined ? [] : [address];
    };
    return [
      { hostname: pod.hostname, targets: addresses().map(text => ({ text, field: `pod/${namespace}/${podName}` })) },
    ];
  });
}
