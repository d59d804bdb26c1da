import type { Wanted } from '../../lib/model/index.ts';
import { Reading, type ResourceKind, type SourceContext, type SourceKind } from '../../lib/sources/index.ts';
import { NO_RULES, type ObjectRules } from '../../lib/sources/rules.ts';
import { context } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;

/** The context of the tests with rules that the config gives. */
export const ruled = (rules: Partial<ObjectRules>): SourceContext => ({
  ...context,
  settings: { ...context.settings, rules: { ...NO_RULES, ...rules } },
});

export const node = (name: string, external: string[], internal: string[], spec: Json = {}) => ({
  metadata: { name },
  spec,
  status: {
    addresses: [
      ...external.map(address => ({ type: 'ExternalIP', address })),
      ...internal.map(address => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: name },
    ],
  },
});

export const pod = (
  name: string,
  spec: Json,
  more: { ready?: boolean; phase?: string; metadata?: Json; hostIP?: string } = {},
) => ({
  metadata: { name, namespace: 'default', labels: { app: 'web' }, ...more.metadata },
  spec,
  status: {
    phase: more.phase ?? 'Running',
    hostIP: more.hostIP ?? '10.0.0.1',
    conditions: [{ type: 'Ready', status: more.ready === false ? 'False' : 'True' }],
  },
});

/** Endpoints as `[pod, address, ready]`. */
export const slice = (
  name: string,
  endpoints: readonly (readonly [pod: string, address: string, ready?: boolean])[],
  more: Json = {},
) => ({
  metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: endpoints[0]?.[1].includes(':') ? 'IPv6' : 'IPv4',
  endpoints: endpoints.map(([name, address, ready = true]) => ({
    addresses: [address, '192.0.2.99'],
    conditions: { ready },
    targetRef: { kind: 'Pod', name, namespace: 'default' },
  })),
  ...more,
});

export interface Joined {
  readonly node?: readonly Json[];
  readonly pod?: readonly Json[];
  readonly endpointslice?: readonly Json[];
}

/** What a source makes of objects, read as a run reads them: what asks first, then what single objects of it need. */
export function readJoined(
  source: SourceKind,
  objects: readonly unknown[],
  joined: Joined | ((resource: ResourceKind) => string),
  where: SourceContext = context,
): Wanted & { readonly asked: readonly ResourceKind[] } {
  const reading = new Reading([source], where);
  reading.page(source as ResourceKind, objects);
  const asked = reading.needs(source);
  for (const resource of asked) {
    if (typeof joined === 'function') reading.unread(resource, joined(resource));
    else reading.page(resource, joined[resource as keyof Joined] ?? []);
  }
  return { ...reading.wanted(), asked };
}
