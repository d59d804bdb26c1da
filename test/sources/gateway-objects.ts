import type { Wanted } from '../../lib/model/index.ts';
import {
  desiredFrom,
  EVERY_GATEWAY,
  type GatewaySettings,
  NeededStore,
  type SourceKind,
} from '../../lib/sources/index.ts';
import type { ObjectRules } from '../../lib/sources/rules.ts';
import { ALPHA, context } from './objects.ts';

const GROUP = 'gateway.networking.k8s.io';

interface Meta {
  readonly name?: string;
  readonly namespace?: string;
  /** Keys without prefix. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

const metadata = ({ name = 'web', namespace = 'default', annotations = {}, labels }: Meta) => ({
  name,
  namespace,
  ...(labels && { labels }),
  annotations: Object.fromEntries(Object.entries(annotations).map(([key, text]) => [ALPHA + key, text])),
});

export const accepted = (status = 'True') => ({ type: 'Accepted', status });

/** One listener: open HTTP on port 80 unless the parts say otherwise. */
export const listener = (parts: object = {}) => ({ name: 'http', protocol: 'HTTP', port: 80, ...parts });

/** A Gateway `default/web` with one open listener, at 192.0.2.1. */
export const gateway = ({
  listeners = [listener()],
  addresses = ['192.0.2.1'],
  spec = {},
  ...meta
}: Meta & { listeners?: readonly object[]; addresses?: readonly unknown[]; spec?: object } = {}) => ({
  metadata: metadata(meta),
  spec: { listeners, ...spec },
  status: { addresses: addresses.map(value => ({ value })) },
});

/** A ListenerSet `default/set` of the Gateway `default/web`, it and all its listeners accepted. */
export const listenerSet = ({
  listeners = [listener()],
  parentRef = { name: 'web' },
  status,
  ...meta
}: Meta & { listeners?: readonly { name?: string }[]; parentRef?: object; status?: object } = {}) => ({
  metadata: metadata({ name: 'set', ...meta }),
  spec: { parentRef, listeners },
  status: status ?? {
    conditions: [accepted()],
    listeners: listeners.map(({ name }) => ({ name, conditions: [accepted()] })),
  },
});

/** An HTTPRoute `default/shop` of `shop.example.com`, accepted by all its parents, which is the Gateway `web`. */
export const route = ({
  hostnames = ['shop.example.com'],
  parentRefs = [{ name: 'web' }],
  parents,
  ...meta
}: Meta & { hostnames?: unknown; parentRefs?: readonly object[]; parents?: unknown } = {}) => ({
  metadata: metadata({ name: 'shop', ...meta }),
  spec: { hostnames, parentRefs },
  status: { parents: parents ?? parentRefs.map(parentRef => ({ parentRef, conditions: [accepted()] })) },
});

export const namespace = (name: string, labels: Readonly<Record<string, string>>) => ({ metadata: { name, labels } });

export const setRef = (name = 'set') => ({ group: GROUP, kind: 'ListenerSet', name });

export interface Around {
  readonly gateways?: readonly object[];
  readonly sets?: readonly object[];
  readonly namespaces?: readonly object[];
  readonly settings?: Partial<GatewaySettings>;
  readonly kind?: SourceKind;
  readonly rules?: ObjectRules;
}

/** Context and needed resources as a run has them when it comes to the routes. */
export function around({ gateways = [gateway()], sets = [], namespaces = [], settings = {}, rules }: Around = {}) {
  const gatewaySettings = { ...EVERY_GATEWAY, ...settings };
  const where = {
    ...context,
    settings: { ...context.settings, gateway: gatewaySettings, ...(rules && { rules }) },
  };
  const needed = new NeededStore(where);
  for (const one of gateways) needed.put('gateway', one);
  for (const one of sets) needed.put('listenerset', one);
  for (const one of namespaces) needed.put('namespace', one);
  return { context: where, needed };
}

/** What a route asks for among these. */
export function asked(raw: unknown, objects: Around = {}): Wanted {
  const { context: where, needed } = around(objects);
  return desiredFrom(objects.kind ?? 'gateway-httproute', [raw], where, needed);
}
