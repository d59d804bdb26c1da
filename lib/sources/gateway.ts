import { listOf } from './annotations.ts';
import { canonicalHostname } from './hostname.ts';
import type { Needed } from './needed.ts';
import { type Field, Notes, UNNAMED } from './notes.ts';
import { annotationOf, at, isTrue, itemsAt, readAnnotations, textAt } from './object.ts';
import { type Labels, parseSelector, type Selector, selectorOf, selects } from './selector.ts';
import type { SourceContext, SourceSettings } from './settings.ts';

// What the routes need of Gateways, ListenerSets and Namespaces. Field by field as
// https://gateway-api.sigs.k8s.io/reference/spec/ has them; they are unchecked JSON here, and what is malformed is not there.

/** From which namespaces something may come. */
export interface Allowed {
  /** `All`, `Same`, `Selector`, `None`; anything else lets nobody in. */
  readonly from: string;
  readonly selector?: Selector;
}

export interface Listener {
  readonly name: string;
  readonly protocol: string;
  readonly port: number | undefined;
  /** Canonical; absent: any. */
  readonly hostname?: string;
  readonly routes: Allowed;
  /** `group/kind` of the routes that it takes; absent: all that its protocol has. */
  readonly kinds?: readonly string[];
}

interface ListenerOwner {
  readonly namespace: string;
  readonly listeners: readonly Listener[];
  /** Of its annotation `target`. */
  readonly annotated: readonly Field[];
}

export interface GatewayForm extends ListenerOwner {
  /** Whether the config's `gateway` lets it through. */
  readonly chosen: boolean;
  /** Of `status.addresses`. */
  readonly addresses: readonly Field[];
  readonly listenerSets: Allowed;
}

export interface ListenerSetForm extends ListenerOwner {
  /** `namespace/name` of its Gateway. */
  readonly gateway: string;
  readonly accepted: boolean;
  /** The names of its listeners that are accepted. */
  readonly acceptedListeners: readonly string[];
}

/** Route 53 takes 400 values a record set; more targets than this would be multiplied by every route. */
const MAX_TARGETS = 400;

export const usesListenerSets = ({ gateway }: SourceSettings): boolean => gateway.listenerSets;

/** Whether any Gateway or ListenerSet asks for the labels of namespaces. */
export function selectsNamespaces(_: SourceSettings, needed: Needed): boolean {
  const selecting = ({ listeners }: ListenerOwner) => listeners.some(({ routes }) => routes.selector !== undefined);
  for (const gateway of needed.all('gateway')) {
    if (selecting(gateway) || gateway.listenerSets.selector !== undefined) return true;
  }
  for (const set of needed.all('listenerset')) if (selecting(set)) return true;
  return false;
}

export function reduceGateway(raw: unknown, context: SourceContext): GatewayForm {
  const addresses = itemsAt(at(raw, 'status'), 'addresses').flatMap((address, i) => {
    const text = textAt(address, 'value');
    return text === '' ? [] : [{ text, field: `status.addresses[${i}].value of ${shown('gateway', raw)}` }];
  });
  return {
    ...ownerOf('gateway', raw, context),
    chosen: isChosen(raw, context.settings),
    listeners: itemsAt(at(raw, 'spec'), 'listeners').flatMap(listenerOf),
    addresses: addresses.slice(0, MAX_TARGETS),
    listenerSets: allowedAt(at(at(raw, 'spec'), 'allowedListeners'), 'None'),
  };
}

function isChosen(raw: unknown, { gateway }: SourceSettings): boolean {
  const metadata = at(raw, 'metadata');
  const read = parseSelector(gateway.labels);
  return (
    (gateway.name === '' || gateway.name === at(metadata, 'name')) &&
    (gateway.namespace === '' || gateway.namespace === at(metadata, 'namespace')) &&
    'selector' in read &&
    selects(read.selector, labelsOf(raw))
  );
}

export function reduceListenerSet(raw: unknown, context: SourceContext): ListenerSetForm {
  const owner = ownerOf('listenerset', raw, context);
  const [spec, status] = [at(raw, 'spec'), at(raw, 'status')];
  const parent = at(spec, 'parentRef');
  const accepted = itemsAt(status, 'listeners').filter(entry => isTrue(entry, 'Accepted'));
  return {
    ...owner,
    gateway: `${textAt(parent, 'namespace') || owner.namespace}/${textAt(parent, 'name')}`,
    accepted: isTrue(status, 'Accepted'),
    listeners: itemsAt(spec, 'listeners').flatMap(listenerOf),
    acceptedListeners: accepted.map(entry => textAt(entry, 'name')),
  };
}

export const reduceNamespace = (raw: unknown): Labels => labelsOf(raw);

function ownerOf(kind: string, raw: unknown, context: SourceContext): Pick<ListenerOwner, 'namespace' | 'annotated'> {
  const metadata = at(raw, 'metadata');
  const notes = new Notes({ cluster: context.cluster, kind, namespace: UNNAMED, name: UNNAMED });
  const target = annotationOf(readAnnotations(at(metadata, 'annotations'), context, notes), 'target');
  const annotated = listOf(target).map(({ text, field }) => ({ text, field: `${field} of ${shown(kind, raw)}` }));
  return { namespace: textAt(metadata, 'namespace'), annotated: annotated.slice(0, MAX_TARGETS) };
}

const shown = (kind: string, raw: unknown) =>
  `${kind}/${textAt(at(raw, 'metadata'), 'namespace')}/${textAt(at(raw, 'metadata'), 'name')}`;

/** None where its hostname is malformed: it fits no route then. */
function listenerOf(raw: unknown): Listener[] {
  const hostname = textAt(raw, 'hostname');
  const canonical = canonicalHostname(hostname, { wildcard: true });
  if (hostname !== '' && 'problem' in canonical) return [];
  const allowed = at(raw, 'allowedRoutes');
  const kinds = itemsAt(allowed, 'kinds').map(kind => `${textAt(kind, 'group') || GROUP}/${textAt(kind, 'kind')}`);
  const port = at(raw, 'port');
  return [
    {
      name: textAt(raw, 'name'),
      protocol: textAt(raw, 'protocol'),
      port: typeof port === 'number' ? port : undefined,
      ...('name' in canonical && { hostname: canonical.name }),
      routes: allowedAt(allowed, 'Same'),
      ...(kinds.length > 0 && { kinds }),
    },
  ];
}

export const GROUP = 'gateway.networking.k8s.io';

/** `namespaces.from`, with its selector; a selector that is none selects nothing, as does one that is missing. */
function allowedAt(value: unknown, otherwise: string): Allowed {
  const namespaces = at(value, 'namespaces');
  const from = textAt(namespaces, 'from') || otherwise;
  if (from !== 'Selector') return { from };
  const selector = selectorOf(at(namespaces, 'selector'));
  return selector === undefined ? { from: 'None' } : { from, selector };
}

/** Whether an object of a namespace is let in by what is in another. */
export function lets({ from, selector }: Allowed, home: string, guest: string, needed: Needed): boolean {
  if (from === 'All') return true;
  if (from === 'Same') return home === guest;
  if (from !== 'Selector' || selector === undefined) return false;
  const [labels] = needed.get('namespace', guest);
  return labels !== undefined && selects(selector, labels);
}

function labelsOf(raw: unknown): Labels {
  const labels = at(at(raw, 'metadata'), 'labels');
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => typeof value === 'string'));
}
