import { listOf } from './annotations.ts';
import { textsAt } from './filters.ts';
import { Notes, UNNAMED } from './notes.ts';
import { annotationOf, at, isTrue, itemsAt, type KubernetesObject, readAnnotations, textAt } from './object.ts';
import type { SourceContext } from './settings.ts';

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

/** Undefined where there is none. */
const wordAt = (value: unknown, key: string) => textAt(value, key) || undefined;

export function reduceNode(raw: unknown): NodeForm {
  const addresses = itemsAt(at(raw, 'status'), 'addresses').slice(0, MOST);
  const ofType = (type: string) =>
    addresses.filter(address => at(address, 'type') === type).flatMap(address => wordAt(address, 'address') ?? []);
  const unschedulable = at(at(raw, 'spec'), 'unschedulable') === true;
  return {
    name: nameOf(raw),
    ...(unschedulable && { unschedulable }),
    external: ofType('ExternalIP'),
    internal: ofType('InternalIP'),
  };
}

const nameOf = (raw: unknown) => textAt(at(raw, 'metadata'), 'name');

/** Pods are found together by namespace. */
export const namespaceOf = (raw: unknown): string => textAt(at(raw, 'metadata'), 'namespace');

export function reducePod(raw: unknown, context: SourceContext): PodForm {
  const [metadata, spec, status] = [at(raw, 'metadata'), at(raw, 'spec'), at(raw, 'status')];
  const notes = new Notes({ cluster: context.cluster, kind: 'pod', namespace: UNNAMED, name: UNNAMED });
  const target = annotationOf(readAnnotations(at(metadata, 'annotations'), context, notes), 'target');
  const targets = listOf(target).map(({ text }) => text);
  const [node, hostname, hostIP] = [wordAt(spec, 'nodeName'), wordAt(spec, 'hostname'), wordAt(status, 'hostIP')];
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
  if (!isTrue(status, 'Ready')) return 1;
  return at(at(raw, 'metadata'), 'deletionTimestamp') === undefined ? 3 : 2;
}

/** Whether a Service selects a pod; one without selector selects all, as in ExternalDNS. */
export function selectedBy({ spec }: KubernetesObject): (pod: PodForm) => boolean {
  const selector = Object.entries(at(spec, 'selector') ?? {}).map(([key, value]) => `${key}=${value}`);
  // Pods of one kind have the same labels, and are very many.
  const known = new Map<string, boolean>();
  return ({ labels }) => {
    const before = known.get(labels);
    if (before !== undefined) return before;
    const own = new Set(labels.split('\n'));
    const selects = selector.every(label => own.has(label));
    known.set(labels, selects);
    return selects;
  };
}

const SERVICE = 'kubernetes.io/service-name';

/** Slices are found by the Service that they are of. */
export const serviceOf = (raw: unknown): string => sliceKey(namespaceOf(raw), textsAt(raw, 'labels')[SERVICE] ?? '');

export const sliceKey = (namespace: string, service: string) => `of ${namespace}/${service}`;

/** Undefined: it is no Service's, or its addresses are names. */
export function reduceSlice(raw: unknown): SliceForm | undefined {
  const type = at(raw, 'addressType');
  if (textsAt(raw, 'labels')[SERVICE] === undefined || (type !== 'IPv4' && type !== 'IPv6')) return undefined;
  const endpoints = itemsAt(raw, 'endpoints').flatMap(endpoint => {
    const target = at(endpoint, 'targetRef');
    const pod = at(target, 'kind') === 'Pod' ? wordAt(target, 'name') : undefined;
    if (pod === undefined) return [];
    const [address] = itemsAt(endpoint, 'addresses');
    const ready = at(at(endpoint, 'conditions'), 'ready') !== false;
    return [{ ...(typeof address === 'string' && { address }), ready, pod }];
  });
  return { endpoints };
}
