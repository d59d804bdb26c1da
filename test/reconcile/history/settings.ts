import fc from 'fast-check';
import type { Config } from '../../../lib/config/config.ts';
import { parseConfig } from '../../../lib/config/index.ts';
import { CLAIMS, claimsText } from './claims.ts';

/** The larger of the two. */
export interface Limit {
  readonly count: number;
  readonly percent: number;
}

/** The part of `fairlead.yml` that a history changes. */
export interface Settings {
  readonly clusters: readonly string[];
  /** Who has which owner id; see OWNERS. */
  readonly owners: keyof typeof OWNERS;
  /** The first cluster in a shard of its own, where the owner ids allow it. */
  readonly split: boolean;
  readonly domains: readonly string[];
  readonly excludeDomains: readonly string[];
  readonly zoneType: 'any' | 'public' | 'private';
  readonly ids: readonly string[];
  readonly sources: readonly Kind[];
  readonly policy: 'sync' | 'upsert-only' | 'create-only';
  readonly types: readonly DataType[];
  readonly preferCname: boolean;
  readonly ttl: number;
  readonly merge: 'object' | 'namespace' | 'cluster';
  readonly affix: keyof typeof AFFIXES;
  readonly wildcardReplacement: '' | 'any';
  readonly maxDeletes: Limit;
  readonly maxUpdates: Limit;
  readonly deleteAfter: '0s' | '1h';
  readonly claims: keyof typeof CLAIMS;
  /** A cluster or a hosted zone, by id or name, in which nothing is changed. */
  readonly freeze: '' | 'c1' | 'c2' | 'ZROOT' | 'example.com';
}

export const KINDS = ['service', 'ingress'] as const;
export type Kind = (typeof KINDS)[number];
export const DATA_TYPES = ['A', 'AAAA', 'CNAME'] as const;
export type DataType = (typeof DATA_TYPES)[number];

export const CLUSTERS = ['c1', 'c2', 'c3'] as const;
export const OWNERS = {
  apart: { c1: 'o1', c2: 'o2', c3: 'o3' },
  shared: { c1: 'o1', c2: 'o1', c3: 'o1' },
  partly: { c1: 'o1', c2: 'o2', c3: 'o2' },
  changed: { c1: 'o4', c2: 'o2', c3: 'o3' },
  rotated: { c1: 'o2', c2: 'o3', c3: 'o1' },
} as const satisfies Record<string, Record<(typeof CLUSTERS)[number], string>>;
export const AFFIXES = {
  none: { prefix: '', suffix: '' },
  prefix: { prefix: 'edns-', suffix: '' },
  suffix: { prefix: '', suffix: '-txt' },
  label: { prefix: '%{record_type}.', suffix: '' },
} as const;

/** Zones of a history: ids are fixed, so that a config can name them. */
export const ZONES = {
  root: { id: 'ZROOT', name: 'example.com' },
  again: { id: 'ZAGAIN', name: 'example.com' },
  double: { id: 'ZDOUBLE', name: 'example.com' },
  child: { id: 'ZCHILD', name: 'team.example.com' },
  private: { id: 'ZPRIVATE', name: 'example.com' },
  inner: { id: 'ZINNER', name: 'team.example.com' },
  org: { id: 'ZORG', name: 'example.org' },
} as const;

export const DEFAULTS: Settings = {
  clusters: CLUSTERS,
  owners: 'partly',
  split: false,
  domains: ['example.com'],
  excludeDomains: [],
  zoneType: 'any',
  ids: [],
  sources: ['service', 'ingress'],
  policy: 'sync',
  types: DATA_TYPES,
  preferCname: false,
  ttl: 300,
  merge: 'namespace',
  affix: 'none',
  wildcardReplacement: '',
  maxDeletes: { count: 10, percent: 20 },
  maxUpdates: { count: 50, percent: 50 },
  deleteAfter: '0s',
  claims: 'none',
  freeze: '',
};

const accepts = (text: string) => {
  try {
    return parseConfig(`clusters: [{name: a, region: us-east-1}]\n${text}`, { file: '/f.yml', env: {} }) !== undefined;
  } catch {
    return false;
  }
};
/** Without the key, addresses of one kind in a cluster are put together, as ExternalDNS does. */
export const KNOWS_MERGE = accepts('records: {merge: cluster}');
export const KNOWS_MAX_UPDATES = accepts('guard: {maxUpdates: {count: 1}}');

export const ownerOf = (settings: Settings, cluster: string): string =>
  (OWNERS[settings.owners] as Record<string, string>)[cluster] as string;

/** The clusters that each shard has; a shard of its own only for a cluster that shares its owner id with nobody. */
export function shardsOf(settings: Settings): Readonly<Record<string, readonly string[]>> {
  const [first, ...others] = settings.clusters as [string, ...string[]];
  const shares = others.some(other => ownerOf(settings, other) === ownerOf(settings, first));
  return settings.split && !shares && others.length > 0
    ? { apart: [first], default: others }
    : { default: settings.clusters };
}

const isFreeze = ({ freeze }: Settings) => freeze !== '' && !CLUSTERS.some(name => name === freeze);

/** Whether the config says that nothing is to be changed in a zone. */
export const isFrozenZone = (zone: { id: string; name: string }, { freeze }: Settings) =>
  freeze === zone.id || freeze === zone.name;

export function configText(settings: Settings): string {
  const { domains, excludeDomains, zoneType, ids, types, preferCname, ttl, maxDeletes, maxUpdates } = settings;
  const clusters = settings.clusters.map(
    name =>
      `{name: ${name}, region: us-east-1, owner: ${ownerOf(settings, name)}${settings.freeze === name ? ', freeze: true' : ''}}`,
  );
  const freeze = isFreeze(settings) ? `, freeze: [${settings.freeze}]` : '';
  const shards = shardsOf(settings).apart ? `shards: [{name: apart, clusters: [${settings.clusters[0]}]}]\n` : '';
  const { prefix, suffix } = AFFIXES[settings.affix];
  const merge = KNOWS_MERGE ? `, merge: ${settings.merge}` : '';
  const updates = KNOWS_MAX_UPDATES ? `, maxUpdates: {count: ${maxUpdates.count}, percent: ${maxUpdates.percent}}` : '';
  return `clusters: [${clusters.join(', ')}]
${shards}zones: {domains: [${domains}], excludeDomains: [${excludeDomains}], type: ${zoneType}, ids: [${ids}]${freeze}}
sources: [${settings.sources}]
policy: ${settings.policy}
records: {types: [${types}], preferCname: ${preferCname}, ttl: ${ttl}${merge}}
registry: {prefix: '${prefix}', suffix: '${suffix}', wildcardReplacement: '${settings.wildcardReplacement}'}
guard: {deleteAfter: ${settings.deleteAfter}, maxDeletes: {count: ${maxDeletes.count}, percent: ${maxDeletes.percent}}${updates}}
${claimsText(settings.claims)}`;
}

const parsed = new Map<string, Config>();

export function configOf(settings: Settings): Config {
  const text = configText(settings);
  const known = parsed.get(text) ?? parseConfig(text, { file: '/test/fairlead.yml', env: {} });
  parsed.set(text, known);
  return known;
}

const one = <T>(...values: T[]) => fc.constantFrom<T[]>(...values);

/** Few keys at a time, so that a history that fails says which of them it takes. */
export const someSettings: fc.Arbitrary<Partial<Settings>> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ clusters: fc.subarray([...CLUSTERS], { minLength: 1 }) }) },
  { weight: 3, arbitrary: fc.record({ owners: fc.constantFrom(...(Object.keys(OWNERS) as Settings['owners'][])) }) },
  { weight: 2, arbitrary: fc.record({ claims: fc.constantFrom(...(Object.keys(CLAIMS) as Settings['claims'][])) }) },
  { weight: 1, arbitrary: fc.record({ freeze: one<Settings['freeze']>('', '', 'c1', 'c2', 'ZROOT', 'example.com') }) },
  { weight: 1, arbitrary: fc.record({ split: fc.boolean(), owners: one<Settings['owners']>('apart', 'partly') }) },
  {
    weight: 1,
    arbitrary: one<Partial<Settings>>(
      { domains: ['example.com'], excludeDomains: [] },
      { domains: ['example.com', 'example.org'], excludeDomains: [] },
      { domains: ['example.com'], excludeDomains: ['team.example.com'] },
      { domains: ['team.example.com', 'example.org'], excludeDomains: [] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ zoneType: one<Settings['zoneType']>('any', 'public', 'private') }) },
  {
    weight: 1,
    arbitrary: fc.record({ ids: one<string[]>([], ['ZROOT'], ['ZDOUBLE'], ['ZROOT', 'ZAGAIN', 'ZCHILD']) }),
  },
  { weight: 1, arbitrary: fc.record({ sources: fc.subarray<Kind>(['service', 'ingress'], { minLength: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ policy: one<Settings['policy']>('sync', 'upsert-only', 'create-only') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      types: fc.subarray<DataType>([...DATA_TYPES], { minLength: 1 }),
      preferCname: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ preferCname: fc.boolean(), ttl: one(60, 300) }) },
  { weight: 1, arbitrary: fc.record({ merge: one<Settings['merge']>('object', 'namespace', 'cluster') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      affix: fc.constantFrom(...(Object.keys(AFFIXES) as Settings['affix'][])),
      wildcardReplacement: one<Settings['wildcardReplacement']>('', 'any'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      maxDeletes: fc.record({ count: one(0, 1, 10), percent: one(0, 50) }),
      maxUpdates: fc.record({ count: one(1, 50), percent: one(0, 50) }),
      deleteAfter: one<Settings['deleteAfter']>('0s', '0s', '1h'),
    }),
  },
);
