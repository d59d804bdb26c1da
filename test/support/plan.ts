import type {
  Endpoint,
  Hold,
  KindRead,
  NameChange,
  ObjectRef,
  RecordSet,
  Snapshot,
  ZoneState,
} from '../../lib/model/index.ts';
import { type PlanInput, type PlanOutput, type PlanSettings, plan } from '../../lib/plan/index.ts';
import { sourceOfResource } from '../../lib/sources/index.ts';

export const ZONE = { id: 'Z1', name: 'example.com', private: false };

export const SETTINGS: PlanSettings = {
  filter: { domains: ['example.com'], excludeDomains: [], type: 'any', ids: [] },
  naming: { prefix: '', suffix: '', wildcardReplacement: '' },
  policy: 'sync',
  types: ['A', 'AAAA', 'CNAME'],
  preferCname: false,
  evaluateTargetHealth: true,
  ttl: 300,
  merge: 'namespace',
  claims: [],
  frozenZones: [],
  maxCharacters: 15_000,
  guard: { maxDeletes: { count: 10, percent: 20 }, maxUpdates: { count: 50, percent: 50 }, deleteAfterMs: 0 },
  sourceOf: sourceOfResource,
  aliasZoneOf: target => (target.endsWith('.elb.aws') ? 'ZELB' : undefined),
};

/** An object from `kind/name` or `cluster:kind/name`. */
export function object(text: string): ObjectRef {
  const [head, tail] = text.includes(':') ? (text.split(':') as [string, string]) : ['prod', text];
  const [kind, name] = tail.split('/') as [string, string];
  return { cluster: head, kind, namespace: 'default', name };
}

/** An endpoint from `service/a x.example.com 203.0.113.1 203.0.113.2`. */
export function endpoint(text: string, more: Partial<Endpoint> = {}): Endpoint {
  const [from, name, ...targets] = text.split(' ') as [string, string, ...string[]];
  const type = /^[\d.]+$/.test(targets[0] ?? '') ? 'A' : targets[0]?.includes(':') ? 'AAAA' : 'CNAME';
  return { name, type, targets: [...targets].sort(), alias: 'auto', object: object(from), ...more };
}

const READ: KindRead = { complete: true, objects: 1 };

export function snapshot(
  endpoints: readonly Endpoint[],
  more: Partial<Snapshot> & { holds?: readonly Hold[] } = {},
): Snapshot {
  return {
    cluster: 'prod',
    owner: 'arena',
    kinds: { service: READ, ingress: READ },
    endpoints,
    holds: [],
    findings: [],
    origin: 'read',
    ...more,
  };
}

/** A record set from `x.example.com A 203.0.113.1`, `x.example.com A -> lb.elb.aws` or `a-x.example.com TXT owner resource`. */
export function record(text: string): RecordSet {
  const [name, type, ...values] = text.split(' ') as [string, string, ...string[]];
  if (values[0] === '->')
    return { name, type, alias: { zoneId: 'ZELB', dnsName: values[1] as string, evaluateTargetHealth: true } };
  if (type !== 'TXT') return { name, type, ttl: 300, values };
  const resource = values[1] === undefined ? '' : `,external-dns/resource=${values[1]}`;
  return { name, type, ttl: 300, values: [`"heritage=external-dns,external-dns/owner=${values[0]}${resource}"`] };
}

export function zone(records: readonly (string | RecordSet)[], more: Partial<ZoneState> = {}): ZoneState {
  const byName = new Map<string, RecordSet[]>();
  for (const set of records.map(text => (typeof text === 'string' ? record(text) : text)))
    byName.set(set.name, [...(byName.get(set.name) ?? []), set]);
  return {
    zone: ZONE,
    records: byName,
    readAt: 0,
    refusals: new Map(),
    unwantedSince: new Map(),
    removed: [],
    unproven: new Set(),
    meant: new Map(),
    lapsed: new Set(),
    misread: new Set(),
    ...more,
  };
}

export interface PlanCase extends Partial<Omit<PlanInput, 'settings'>> {
  readonly records?: readonly (string | RecordSet)[];
  readonly wants?: readonly (string | Endpoint)[];
  readonly settings?: Partial<PlanSettings>;
}

export function planOf({ records = [], wants = [], settings, ...input }: PlanCase): PlanOutput {
  return plan({
    zones: [zone(records)],
    snapshots: [snapshot(wants.map(want => (typeof want === 'string' ? endpoint(want) : want)))],
    settings: { ...SETTINGS, ...settings },
    now: 0,
    ...input,
  });
}

function line(record: RecordSet): string {
  const owned = /owner=([^,"]*)(?:,external-dns\/resource=([^,"]*))?/.exec(record.values?.[0] ?? '');
  const value = record.alias
    ? `-> ${record.alias.dnsName}`
    : owned
      ? `${owned[1]} ${owned[2] ?? ''}`.trim()
      : (record.values ?? []).join(' ');
  return `${record.name} ${record.type} ${value}`;
}

/** The changes of a plan, a line a record set: `- x.example.com A 203.0.113.1`, `+ …`; all deletes of a name first. */
export function changesOf(output: PlanOutput): string[] {
  const lines = (change: NameChange) => [
    ...change.deletes.map(record => `- ${line(record)}`),
    ...change.creates.map(record => `+ ${line(record)}`),
  ];
  return output.zones.flatMap(({ changes }) => changes.flatMap(lines));
}

export const reasonsOf = (output: PlanOutput) => output.findings.map(({ reason, name }) => `${reason} ${name}`);
