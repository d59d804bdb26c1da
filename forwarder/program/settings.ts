import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { ConfigError, type ConfigProblem } from '../../lib/config/error.ts';
import {
  annotationPrefixes,
  objectSections,
  sourceLimitKeys,
  sourceRecordKeys,
  withoutExcluded,
} from '../../lib/config/object-keys.ts';
import { gatewayKeys, keys, keysOf, matching, oneOf, refining, sources } from '../../lib/config/values.ts';
import { refinedBy } from '../../lib/config/views.ts';
import { problemsOf, wording } from '../../lib/config/wording.ts';
import { SOURCE_DEFAULT, type SourceConfig, type SourceKind } from '../../lib/sources/index.ts';

/** How notices are signed. */
export type Auth =
  | { readonly kind: 'iam'; readonly region: string }
  | { readonly kind: 'hmac'; readonly secretFile: string };

/** What the objects of one view are read with. */
export type ViewSettings = Omit<SourceConfig, 'zones' | 'limits'>;

/** The settings of one forwarder, complete. */
export interface Settings extends Omit<SourceConfig, 'zones'> {
  /** As the config of fairlead names it. */
  readonly cluster: string;
  readonly webhook: { readonly url: string; readonly auth: Auth };
  readonly sources: readonly SourceKind[];
  /** Of each view of fairlead.yml, laid over the rest; empty: the rest is the only one. */
  readonly views: readonly ViewSettings[];
  /** Milliseconds for which changes are gathered: until it was quiet for so long, at most for so long. */
  readonly gather: { readonly quietMs: number; readonly mostMs: number };
  /** Of probes and metrics; 0: a free one. */
  readonly port: number;
  /** The address they are served on; absent: all, IPv6 and IPv4. */
  readonly host?: string;
}

const whole = (least: number, most: number) => z.number().check(z.int(), z.gte(least), z.lte(most));

const { hostnames, filters, ingress, service } = objectSections();

const view = keys({
  name: z.optional(z.string()),
  annotationPrefixes: z.optional(annotationPrefixes()),
  hostnames: z.optional(refining(keysOf(hostnames))),
  filters: z.optional(refining(keysOf(filters))),
  ingress: z.optional(refining(keysOf(ingress))),
  service: z.optional(refining(keysOf(service))),
  gateway: z.optional(refining(gatewayKeys())),
  records: z.optional(refining(sourceRecordKeys())),
});

export const settingsSchema = keys({
  cluster: matching(
    /^[0-9A-Za-z][A-Za-z0-9._-]{0,99}$/,
    'write the name that the cluster has in fairlead.yml: letters, digits, hyphens and underscores',
  ),
  webhook: keys({
    url: matching(
      /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/,
      'write the https:// address of the webhook function (http:// on loopback only)',
    ),
    auth: oneOf(['iam', 'hmac']),
    region: z.optional(matching(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'write an AWS region such as eu-west-1')),
    secretFile: z.optional(matching(/^\//, 'write the absolute path of the file that holds the secret')),
  }),
  sources: z.prefault(sources(), [...SOURCE_DEFAULT]),
  annotationPrefixes: z.prefault(annotationPrefixes(), [
    'external-dns.kubernetes.io/',
    'external-dns.alpha.kubernetes.io/',
  ]),
  ...{ hostnames, filters, ingress, service },
  views: z.prefault(z.array(view), []),
  records: z.prefault(keys(sourceRecordKeys()), {}),
  limits: z.prefault(keys(sourceLimitKeys()), {}),
  gateway: z.prefault(keys(gatewayKeys()), {}),
  gather: z.prefault(
    keys({ quietMs: z.prefault(whole(0, 60_000), 200), mostMs: z.prefault(whole(0, 60_000), 1000) }),
    {},
  ),
  port: z.prefault(whole(0, 65_535), 8080),
  host: z.optional(z.string()),
});

type Parsed = z.output<typeof settingsSchema>;

/** Reads the settings' file. @throws ConfigError that names every key at fault, what is allowed and what to do */
export function loadSettings(file: string, env: Readonly<Record<string, string | undefined>>): Settings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot be read as JSON (${why}): give its path in FAIRLEAD_FORWARDER_CONFIG`;
    throw new ConfigError(file, [{ path: [], message }], { cause });
  }
  return parseSettings(value, file, env);
}

/** @throws ConfigError */
export function parseSettings(
  value: unknown,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const parsed = settingsSchema.safeParse(value, { error: wording });
  if (!parsed.success)
    throw new ConfigError(
      file,
      parsed.error.issues.flatMap(issue => problemsOf(issue)),
    );
  const { webhook, host, records, views, ...rest } = parsed.data;
  const auth = authOf(webhook, env);
  if ('message' in auth) throw new ConfigError(file, [auth]);
  return {
    ...rest,
    records: withoutExcluded(records),
    views: views.map(view => viewOver({ ...rest, records }, view)),
    webhook: { url: webhook.url, auth },
    ...(host !== undefined && { host }),
  };
}

/** Laid over the rest as a view of the config over its file. */
function viewOver(base: Omit<Parsed, 'webhook' | 'host' | 'views'>, said: Parsed['views'][number]): ViewSettings {
  const { annotationPrefixes, hostnames, filters, ingress, service, gateway, records } = refinedBy(said, base);
  const refined = { annotationPrefixes, hostnames, filters, ingress, service, gateway };
  return { ...refined, records: withoutExcluded(records) };
}

/** A Function URL's host names its region: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
const FUNCTION_URL = /^https:\/\/[^/]+\.lambda-url\.([a-z0-9-]+)\.on\.aws(?=[/:]|$)/;

function authOf(
  { auth, url, region, secretFile }: Parsed['webhook'],
  env: Readonly<Record<string, string | undefined>>,
): Auth | ConfigProblem {
  const problem = (key: string, message: string): ConfigProblem => ({ path: ['webhook', key], message });
  if (!URL.canParse(url)) return problem('url', `${JSON.stringify(url)} is not an address`);
  if (auth === 'hmac') {
    if (region !== undefined) return problem('region', 'is for auth "iam": remove it');
    if (secretFile === undefined) return problem('secretFile', 'is missing: auth "hmac" signs with the secret in it');
    return { kind: 'hmac', secretFile };
  }
  if (secretFile !== undefined) return problem('secretFile', 'is for auth "hmac": remove it');
  const found = region ?? FUNCTION_URL.exec(url)?.[1] ?? (env.AWS_REGION || undefined);
  if (found !== undefined) return { kind: 'iam', region: found };
  return problem('region', 'is missing: the host of the url does not tell it, nor does AWS_REGION in the environment');
}
