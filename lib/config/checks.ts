import { normalize } from 'node:path';
import { accountOf } from '../aws/arn.ts';
import { isMap } from '../is-map.ts';
import type { ConfigProblem } from './error.ts';
import { shardOf } from './shards.ts';
import { refinedBy } from './views.ts';

/** What the environment says to the config. */
export interface ConfigEnv {
  /** Region of the clusters that name none. */
  readonly AWS_REGION?: string | undefined;
  /** Bucket of the zone state when the file names no store: the one that is deployed with the function. */
  readonly FAIRLEAD_STATE_BUCKET?: string | undefined;
}

export interface CheckContext {
  readonly env: ConfigEnv;
  readonly onLambda: boolean;
}

/** A rule over several keys. It sees the file as written, so that it holds whatever else is wrong there. */
type Check = (file: unknown, context: CheckContext) => readonly ConfigProblem[];

/** All that the schema cannot say: what keys demand of each other, and of the place where fairlead runs. */
export function checkTogether(file: unknown, context: CheckContext): ConfigProblem[] {
  const views = itemsOf(get(file, 'views'));
  // Where there are views the file by itself is not what any zone is served with.
  const ofViews = views.flatMap((view, i) => {
    const ofView = isMap(file) && isMap(view) ? refinedBy(view, file) : file;
    const problems = VIEW_CHECKS.flatMap(check => check(ofView, context));
    return problems.map(({ path, ...rest }) => ({ ...rest, path: ['views', i, ...path] }));
  });
  const ofFile = views.length === 0 ? VIEW_CHECKS.flatMap(check => check(file, context)) : ofViews;
  return [...CHECKS.flatMap(check => check(file, context)), ...ofFile];
}

/** Entries of a list that have the name of an earlier one. */
function repeatedNames(file: unknown, list: 'clusters' | 'views'): ConfigProblem[] {
  const names = itemsOf(get(file, list)).map(one => get(one, 'name'));
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    if (name === undefined || first === i) return [];
    const message = `${JSON.stringify(name)} is the name of ${list}[${first}] too: each name may occur once`;
    return [{ path: [list, i, 'name'], message }];
  });
}

const eachCluster =
  (check: (cluster: unknown, context: CheckContext) => readonly [key: string, message: string] | undefined): Check =>
  (file, context) =>
    itemsOf(get(file, 'clusters')).flatMap((cluster, i) => {
      const found = isMap(cluster) ? check(cluster, context) : undefined;
      return found ? [{ path: ['clusters', i, ...(found[0] === '' ? [] : [found[0]])], message: found[1] }] : [];
    });

const CHECKS: readonly Check[] = [
  eachCluster((cluster, { env }) => {
    if (has(cluster, 'region') || has(cluster, 'kubeconfig') || env.AWS_REGION) return undefined;
    return ['', 'needs a region (here or as AWS_REGION in the environment), or a kubeconfig'];
  }),
  eachCluster(cluster => {
    const eks = ['eksName', 'region', 'roleArn', 'externalId'].find(key => has(cluster, key));
    if (!has(cluster, 'kubeconfig') || eks === undefined) return undefined;
    return [eks, 'is for EKS clusters: remove it, or the kubeconfig'];
  }),
  eachCluster((cluster, { onLambda }) =>
    onLambda && has(cluster, 'kubeconfig')
      ? ['kubeconfig', 'works in the terminal only: on Lambda give the name and region of an EKS cluster']
      : undefined,
  ),
  eachCluster(cluster =>
    has(cluster, 'externalId') && !has(cluster, 'roleArn') && !has(cluster, 'kubeconfig')
      ? ['externalId', 'is given to a role: add roleArn, or remove it']
      : undefined,
  ),
  eachCluster(cluster =>
    has(cluster, 'context') && !has(cluster, 'kubeconfig')
      ? ['context', 'is found in a kubeconfig: add kubeconfig, or remove it']
      : undefined,
  ),
  file => {
    const sharing = get(file, 'sharing');
    const merges = (Array.isArray(sharing) ? sharing.map(rule => get(rule, 'mode')) : [sharing]).includes('merge');
    if (!merges || get(get(file, 'registry'), 'type') !== 'noop') return [];
    const message =
      'merge needs ownership records, which say whose each address is: remove registry.type, or write first';
    return [{ path: ['sharing'], message }];
  },
  file => repeatedNames(file, 'clusters'),
  (file, { env }) => {
    const clusters = itemsOf(get(file, 'clusters'));
    const read = clusters.map(cluster => whatIsRead(cluster, env));
    return read.flatMap((what, i) => {
      const first = read.indexOf(what);
      // Two entries of one name are told of as such.
      const isNamed = get(clusters[first], 'name') === get(clusters[i], 'name');
      if (what === undefined || first === i || isNamed) return [];
      const [one, other] = [get(clusters[first], 'name'), get(clusters[i], 'name')].map(name => JSON.stringify(name));
      const message = `${other} is ${what}, as clusters[${first}], ${one}, is: read twice it would compete with itself for every name, so remove one of the two`;
      return [{ path: ['clusters', i], message }];
    });
  },
  file => {
    const [prefix, suffix] = ['prefix', 'suffix'].map(key => get(get(file, 'registry'), key) ?? '');
    if (prefix === '' || suffix === '') return [];
    return [{ path: ['registry', 'suffix'], message: 'excludes a prefix: remove one of the two' }];
  },
  file => {
    const shards = shardsOf(file);
    return shards.flatMap(({ name }, i) => {
      if (shards.findIndex(other => other.name === name) === i) return [];
      return [{ path: ['shards', i, 'name'], message: `${JSON.stringify(name)} is the name of another shard too` }];
    });
  },
  file => {
    const names = itemsOf(get(file, 'clusters')).map(cluster => String(get(cluster, 'name')));
    return shardsOf(file).flatMap(({ clusters }, i) =>
      clusters.flatMap((pattern, j) => {
        if (names.some(name => shardOf(name, [{ name: 'x', clusters: [pattern] }]) === 'x')) return [];
        return [
          { path: ['shards', i, 'clusters', j], message: `${JSON.stringify(pattern)} fits none of the clusters` },
        ];
      }),
    );
  },
  file => {
    const shards = shardsOf(file);
    const first = new Map<unknown, { shard: string; cluster: unknown }>();
    return itemsOf(get(file, 'clusters')).flatMap((cluster, i) => {
      const owner = get(cluster, 'owner') ?? get(file, 'owner');
      const shard = shardOf(String(get(cluster, 'name')), shards);
      const other = first.get(owner);
      if (!other) first.set(owner, { shard, cluster: get(cluster, 'name') });
      if (!other || other.shard === shard) return [];
      const message = `shares its owner id with ${JSON.stringify(other.cluster)} of shard ${JSON.stringify(other.shard)}: clusters with one owner id must be in one shard, or each would take the other's records for abandoned`;
      return [{ path: ['clusters', i], message }];
    });
  },
  file => repeatedNames(file, 'views'),
  file => {
    const clusters = itemsOf(get(file, 'clusters')).map(cluster => String(get(cluster, 'name')));
    const shards = new Set(clusters.map(name => shardOf(name, shardsOf(file))));
    if (shards.size < 2) return [];
    return itemsOf(get(file, 'views')).flatMap((view, i) => {
      if (!has(view, 'owner')) return [];
      const message =
        'is one owner id for all clusters, and these are in several shards: clusters with one owner id must be in one shard; remove it, or the shards';
      return [{ path: ['views', i, 'owner'], message }];
    });
  },
];

/** What the keys demand of each other that a view may have otherwise: looked at for each view. */
const VIEW_CHECKS: readonly Check[] = [
  file => {
    const zones = get(file, 'zones');
    if (!has(zones, 'externalId') || has(zones, 'roleArn')) return [];
    return [{ path: ['zones', 'externalId'], message: 'is given to a role: add roleArn, or remove it' }];
  },
  file => {
    const policy = get(file, 'policy') ?? 'sync';
    if (get(get(file, 'registry'), 'type') !== 'noop' || policy !== 'sync') return [];
    const message =
      'keeps no ownership, so that a record which may be removed cannot be told from another: set policy to upsert-only or create-only';
    return [{ path: ['registry', 'type'], message }];
  },
  file => {
    const records = get(file, 'records');
    const types = itemsOf(get(records, 'types') ?? ['A', 'AAAA', 'CNAME']);
    const excluded = itemsOf(get(records, 'excludeTypes'));
    if (types.length === 0 || types.some(type => !excluded.includes(type))) return [];
    return [{ path: ['records', 'excludeTypes'], message: 'leaves no type: take one out of it' }];
  },
  file => {
    if (get(get(file, 'hostnames'), 'fromServiceName') !== true) return [];
    if (itemsOf(get(get(file, 'zones'), 'domains')).length > 0) return [];
    const message = 'makes names in each of zones.domains: name at least one domain there';
    return [{ path: ['hostnames', 'fromServiceName'], message }];
  },
  file => {
    const domains = itemsOf(get(get(file, 'zones'), 'domains'));
    const excluded = itemsOf(get(get(file, 'zones'), 'excludeDomains'));
    return excluded.flatMap((domain, i) => {
      if (!domains.includes(domain)) return [];
      const message = `${JSON.stringify(domain)} is among zones.domains too: remove it from one of the two`;
      return [{ path: ['zones', 'excludeDomains', i], message }];
    });
  },
];

/**
 * The cluster that an entry means, as far as the file tells; undefined where it does not. Without a role it is one of
 * fairlead's own account, which may be that of a role.
 */
function whatIsRead(cluster: unknown, env: ConfigEnv): string | undefined {
  const [kubeconfig, context] = [get(cluster, 'kubeconfig'), get(cluster, 'context')];
  if (typeof kubeconfig === 'string') {
    const which = context === undefined ? 'the current context' : `the context ${JSON.stringify(context)}`;
    return `${which} of the kubeconfig ${normalize(kubeconfig)}`;
  }
  const [name, region] = [get(cluster, 'eksName') ?? get(cluster, 'name'), get(cluster, 'region') ?? env.AWS_REGION];
  if (typeof name !== 'string' || region === undefined) return undefined;
  const account = accountOf(String(get(cluster, 'roleArn') ?? ''));
  return `the EKS cluster ${JSON.stringify(name)} in ${region}${account ? ` of the account ${account}` : ''}`;
}

function shardsOf(file: unknown): { name: string; clusters: string[] }[] {
  return itemsOf(get(file, 'shards')).map(shard => ({
    name: String(get(shard, 'name')),
    clusters: itemsOf(get(shard, 'clusters')).map(String),
  }));
}

function get(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

const has = (value: unknown, key: string) => get(value, key) !== undefined;

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
