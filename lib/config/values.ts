import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import * as z from 'zod/mini';
import { SHARING_MODES } from '../model/index.ts';
import { nearestKey } from '../nearest.ts';
import {
  canonicalHostname,
  parseDuration,
  parseSeconds,
  parseSelector,
  parseTemplate,
  quoted,
  SOURCE_GROUPS,
  SOURCE_KINDS,
  type SourceKind,
} from '../sources/index.ts';
import type { StateConfig } from './config.ts';

/** What a reader gives back for a value that is not allowed: the end of the line that the user sees. */
class Refusal {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export const refuse = (message: string) => new Refusal(message);

/** A schema of the file's form, with a reader that turns the value into the form of the config or refuses it. */
export function read<I extends z.ZodMiniType, O>(input: I, reader: (value: z.output<I>) => O | Refusal) {
  const step = z.transform((value: z.output<I>, context) => {
    const result = reader(value);
    if (!(result instanceof Refusal)) return result;
    context.issues.push({ code: 'custom', message: result.message, input: value });
    return z.NEVER;
  });
  return z.pipe(input, step);
}

/** So many keys are named where something else stands in the place of their map. */
const FEW = 3;

/** What may stand in a value, in words, where its type does not say it; docs/settings.md shows it. */
export const FORMS = z.registry<{ form: string }>();

function formed<T extends z.ZodMiniType>(form: string, schema: T): T {
  FORMS.add(schema, { form });
  return schema;
}

/** As `read`, with the form of the value in words. */
export const readAs = <I extends z.ZodMiniType, O>(
  form: string,
  input: I,
  reader: (value: z.output<I>) => O | Refusal,
) => formed(form, read(input, reader));

/** A map with known keys. An unknown one is refused with the nearest known key. */
export function keys<T extends z.core.$ZodShape>(shape: T) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: issue => {
      const few = known.length <= FEW && issue.code === 'invalid_type' && issue.input !== undefined;
      if (few) return `must be a map with the keys ${known.join(' and ')}, not ${shown(issue.input)}`;
      if (issue.code !== 'unrecognized_keys') return undefined;
      return issue.keys.map(key => unknownKey(key, known)).join('\n');
    },
  });
}

/** What is said of an unknown key. */
function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestKey(key, known);
  if (nearest !== undefined) return `is not a known key: did you mean "${nearest}"?`;
  return `is not a known key: allowed are ${known.join(', ')}`;
}

/** One of some words. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words as readonly string[] as [T[number], ...T[number][]], {
    error: ({ input }) => {
      const allowed = words.length === 1 ? `write ${words[0]}` : `write one of ${words.join(', ')}`;
      return `${shown(input)} is not allowed: ${allowed}`;
    },
  });
}

/** A value as it is shown in a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a map';
  return value === undefined || value === null ? 'nothing' : String(value);
}

/** A list, in which repetitions count once. */
export function list<T extends z.ZodMiniType>(item: T) {
  return read(z.array(item), values => [...new Set(values)]);
}

/** A list of at least one item, in which repetitions count once. */
export function someOf<T extends z.ZodMiniType>(item: T) {
  return read(list(item), values => (values.length > 0 ? values : refuse('is empty: at least one is needed')));
}

export const matching = (pattern: RegExp, allowed: string) => {
  const error = ({ input }: { input?: unknown }) => `${shown(input)} is not allowed: ${allowed}`;
  return formed(allowed.replace(/^.*?\bwrite /, ''), z.string().check(z.regex(pattern, { error })));
};

const SOURCE_WORDS = [...SOURCE_KINDS, ...(Object.keys(SOURCE_GROUPS) as (keyof typeof SOURCE_GROUPS)[])] as const;

/** Sources by their words, those that stand for several taken apart; each once. */
export const sources = () =>
  read(someOf(oneOf(SOURCE_WORDS as readonly [string, ...string[]])), words => [
    ...new Set(
      words.flatMap(word => (SOURCE_GROUPS as Record<string, readonly SourceKind[]>)[word] ?? (word as SourceKind)),
    ),
  ]);

/** A Kubernetes name, or nothing. */
const gatewayName = () =>
  matching(/^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)?$/, 'write the name of a Kubernetes object, or nothing');

/** Puts the description on a key, as editors show it. */
export const about = <T extends z.ZodMiniType>(text: string, schema: T): T => schema.check(z.describe(text)) as T;

/** A key that may be left out; the default is written as in the file. */
export const key = <T extends z.ZodMiniType>(text: string, schema: T, value: z.input<T>) =>
  about(text, z.prefault(schema, value as never));

/** The shape of a {@link key} that is a map of keys. */
export const keysOf = <S extends z.core.$ZodShape>(section: z.ZodMiniPrefault<z.ZodMiniObject<S, z.core.$strict>>): S =>
  section._zod.def.innerType._zod.def.shape;

/** The same keys with none of their defaults: what is left out stays undefined, and is had from elsewhere. */
type Refining<S extends z.core.$ZodShape> = {
  [K in keyof S]: S[K] extends z.ZodMiniPrefault<infer Inner> ? z.ZodMiniOptional<Inner> : S[K];
};

export function refining<S extends z.core.$ZodShape>(shape: S) {
  const without = (schema: z.core.$ZodType) => {
    const { type, innerType } = schema._zod.def as unknown as z.core.$ZodPrefaultDef;
    const { description = '' } = z.globalRegistry.get(schema) ?? {};
    return type === 'prefault' ? about(description, z.optional(innerType as z.ZodMiniType)) : schema;
  };
  const entries = Object.entries(shape).map(([name, schema]) => [name, without(schema)]);
  return keys(Object.fromEntries(entries) as Refining<S>);
}

/** The keys of `gateway`, in the config and in a forwarder's settings. */
export const gatewayKeys = () => ({
  name: key('Only Gateways of this name (ExternalDNS: gateway-name). Empty: all.', gatewayName(), ''),
  namespace: key('Only Gateways of this namespace (ExternalDNS: gateway-namespace). Empty: all.', gatewayName(), ''),
  labels: key('Only Gateways that this label selector selects (ExternalDNS: gateway-label-filter).', selector(), ''),
  listenerSets: key('Read ListenerSets (ExternalDNS: gateway-listener-sets).', z.boolean(), true),
  wildcardListeners: key(
    'A route without hostnames publishes a listener’s wildcard, as in ExternalDNS.',
    z.boolean(),
    true,
  ),
});

const SECONDS_OR_DURATION = () =>
  z.union([z.number(), z.string()], { error: 'must be a number of seconds or a duration such as "15m"' });

/** A time to live, read as seconds. Route 53 would take 0 too, but nobody can cache such a record. */
export const ttl = () =>
  readAs('1 to 2147483647 seconds, or a duration such as "5m"', SECONDS_OR_DURATION(), value => {
    const seconds = parseSeconds(String(value));
    const allowed = 'write 1 to 2147483647 seconds, or a duration such as "5m"';
    return seconds !== undefined && seconds >= 1 && seconds < 2 ** 31
      ? seconds
      : refuse(`${shown(value)} is not a TTL: ${allowed}`);
  });

/** A floor under times to live, read as seconds; 0 is none. */
export const minTtl = () =>
  readAs('0 to 2147483647 seconds, or a duration such as "5m"', SECONDS_OR_DURATION(), value => {
    const seconds = parseSeconds(String(value));
    if (seconds !== undefined && seconds >= 0 && seconds < 2 ** 31) return seconds;
    return refuse(`${shown(value)} is not a TTL: write 0 to 2147483647 seconds, or a duration such as "5m"`);
  });

/** A selector in Kubernetes' syntax; empty: everything. */
export const selector = () =>
  readAs('a selector in Kubernetes’ syntax', z.string(), value => {
    const result = parseSelector(value);
    return 'selector' in result ? value : refuse(`${quoted(value)} is not a selector: ${result.problem}`);
  });

/** A Go template. */
export const template = () =>
  readAs('a Go template', z.string(), value => {
    try {
      parseTemplate(value);
      return value;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refuse(`${quoted(value)} is not a template: ${why}`);
    }
  });

/** A range of addresses. */
export const cidr = () =>
  readAs('a range such as "10.0.0.0/8" or "2001:db8::/32"', z.string(), value => {
    if (ipaddr.isValidCIDR(value)) return value;
    return refuse(`${quoted(value)} is not a range of addresses: write it as in "10.0.0.0/8" or "2001:db8::/32"`);
  });

/** An address or a name that records may point to. */
export const target = () =>
  readAs('an address or a hostname', z.string(), value => {
    if (isIP(value) !== 0) return value;
    const result = canonicalHostname(value, { reserved: true });
    if ('name' in result) return result.name;
    return refuse(`${quoted(value)} is neither an address nor a hostname: ${result.problem}`);
  });

/** Tags by key (API reference: Tag). */
export const tags = () =>
  z.record(z.string().check(z.minLength(1), z.maxLength(128)), z.string().check(z.maxLength(256)));

/** A span of time, read as milliseconds. */
export const duration = () =>
  readAs('seconds, or a duration such as "15m", "1h30m" or "0s"', SECONDS_OR_DURATION(), value => {
    const nanoseconds = typeof value === 'number' ? undefined : parseDuration(value);
    const seconds = typeof value === 'number' ? value : parseSeconds(value);
    const milliseconds = nanoseconds === undefined ? (seconds ?? Number.NaN) * 1000 : Number(nanoseconds / 1_000_000n);
    if (Number.isSafeInteger(Math.round(milliseconds)) && milliseconds >= 0) return Math.round(milliseconds);
    return refuse(`${shown(value)} is not a duration: write seconds, or a duration such as "15m", "1h30m" or "0s"`);
  });

/** A domain in canonical form; a leading dot means that only names below it are meant. */
export const domain = () =>
  readAs('a domain such as "example.com" or ".example.com"', z.string(), value => {
    const text = value.trim();
    const dot = text.startsWith('.') ? '.' : '';
    const result = canonicalHostname(text.slice(dot.length));
    return 'name' in result ? dot + result.name : refuse(`${quoted(value)} is not a domain: ${result.problem}`);
  });

/** Rules of how names are shared; a word is one for all names. */
export const sharing = () => {
  const mode = oneOf(SHARING_MODES);
  const rule = keys({
    domains: about(
      'These names and everything under them; with a leading dot only what is under them.',
      someOf(domain()),
    ),
    mode: about('first, merge or weighted.', mode),
  });
  const form = `${SHARING_MODES.join(', ')}, or a list of rules with domains and mode`;
  const error = ({ input }: { readonly input?: unknown }) =>
    Array.isArray(input) ? '' : `${shown(input)} is not allowed: write one of ${form}`;
  return readAs(form, z.union([mode, z.array(rule)], { error }), value =>
    typeof value === 'string' ? (value === 'first' ? [] : [{ domains: [], mode: value }]) : value,
  );
};

/** A hosted zone's id, with or without the `/hostedzone/` that Route 53 puts in front. */
export const zoneId = () =>
  readAs('an id such as "Z0123456789ABCDEFGHIJ"', z.string(), value => {
    const id = value.replace(/^\/?hostedzone\//, '');
    if (/^[A-Z0-9]{1,32}$/.test(id)) return id;
    return refuse(`${quoted(value)} is not a hosted zone id: write it as in "Z0123456789ABCDEFGHIJ"`);
  });

/** A hosted zone by its name, in canonical form, or its id. */
export const zoneNameOrId = () =>
  readAs('a name or id such as "example.com" or "Z0123456789ABCDEFGHIJ"', z.string(), value => {
    const id = value.replace(/^\/?hostedzone\//, '');
    if (/^[A-Z0-9]{1,32}$/.test(id)) return id;
    const result = canonicalHostname(value.trim());
    if ('name' in result) return result.name;
    return refuse(`${quoted(value)} is neither the name nor the id of a hosted zone: ${result.problem}`);
  });

const STORES = '"memory", "s3://bucket/prefix" or the path of a folder';

/** Where zone state is kept, as written; a folder still relative to the config file. */
export const stateStore = () =>
  readAs(STORES, z.string(), (value): StateConfig['store'] | Refusal => {
    const allowed = `write ${STORES}`;
    if (value === 'memory') return { kind: 'memory' };
    if (!value.startsWith('s3:')) {
      const path = value.trim() !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(value) && !value.startsWith('~');
      return path ? { kind: 'folder', path: value } : refuse(`${quoted(value)} is not a store: ${allowed}`);
    }
    const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(value) ?? [];
    if (bucket === undefined) return refuse(`${quoted(value)} is not an S3 location: write it as "s3://bucket/prefix"`);
    return { kind: 's3', bucket, prefix: prefix.replace(/^\/+|\/+$/g, '') };
  });

/** The start or end of an ownership record's name; it must make a valid name whatever the record type is. */
export const affix = (place: 'in front' | 'behind', put: (affix: string) => string) =>
  readAs('letters, digits, hyphens, dots and "%{record_type}"', z.string(), value => {
    const text = value.toLowerCase();
    const result = canonicalHostname(put(text.replaceAll('%{record_type}', 'cname')), { reserved: true });
    if (text !== '' && !('name' in result))
      return refuse(`${quoted(value)} makes no valid name (with %{record_type} filled in): ${result.problem}`);
    const parts = text.split('%{record_type}');
    const beside = (place === 'in front' ? parts.at(-1) : parts[0]) ?? '';
    if (parts.length > 1 && !/[-._]/.test(beside))
      return refuse(
        `${quoted(value)} has no separator between %{record_type} and the hostname, so that "aaaa" could not be told from "a" and a name that begins with "aaa": write one, such as ${place === 'in front' ? '%{record_type}-' : '-%{record_type}'}`,
      );
    return text;
  });

/** A part of one label of a name, in lower case. */
export const label = () =>
  read(matching(/^[\w-]{0,61}$/, 'write letters, digits, hyphens and underscores'), value => value.toLowerCase());

const keyPlace = () =>
  z.string().check(
    z.regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|(ssm|secretsmanager):[\w+=.@:/!-]+|plain)$/, {
      // What was written may be the key itself, and is not shown.
      error: 'is not where a key is: write env:NAME, ssm:NAME or secretsmanager:NAME, never the key itself',
    }),
  );

/** One place of a key, or a list of them: what is written with stands first. */
export const keyPlaces = () =>
  readAs(KEY_FORM, z.union([keyPlace(), someOf(keyPlace())], { error: KEY_PLACES }), places => {
    const all = typeof places === 'string' ? [places] : places;
    return all.every(place => place === 'plain')
      ? refuse('names no key: leave it out where ownership records are not encrypted')
      : [...new Set(all)];
  });

const KEY_FORM = 'env:NAME, ssm:NAME, secretsmanager:NAME or plain; one, or a list of them';
const KEY_PLACES =
  'must be env:NAME, ssm:NAME or secretsmanager:NAME, or a list of these, the one that is written with first';
