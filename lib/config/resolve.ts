import { dirname, resolve } from 'node:path';
import type { ConfigEnv } from './checks.ts';
import type { ClusterConfig, Config, Refined, StateConfig, ZonesConfig } from './config.ts';
import { withoutExcluded } from './object-keys.ts';
import type { FileConfig } from './schema.ts';
import { resolveShards } from './shards.ts';
import { refinedBy } from './views.ts';

/** Turns a checked file into the config: relative paths and what is inherited are filled in, everything is frozen. */
export function resolveConfig(parsed: FileConfig, file: string, env: ConfigEnv): Config {
  const folder = dirname(resolve(file));
  return frozen({
    clusters: parsed.clusters.map(cluster => clusterConfig(cluster, parsed.owner, folder, env)),
    shards: resolveShards(
      parsed.clusters.map(({ name }) => name),
      parsed.shards,
    ),
    ...refined(parsed),
    sources: parsed.sources,
    registry: {
      type: parsed.registry.type,
      prefix: parsed.registry.prefix,
      suffix: parsed.registry.suffix,
      wildcardReplacement: parsed.registry.wildcardReplacement,
      encryptionKeys: parsed.registry.encryptionKey ?? [],
    },
    state: { store: storeConfig(parsed.state.store, folder, env), refreshMs: parsed.state.refresh },
    guard: {
      maxDeletes: parsed.guard.maxDeletes,
      maxUpdates: parsed.guard.maxUpdates,
      deleteAfterMs: parsed.guard.deleteAfter,
    },
    limits: parsed.limits,
    budget: budgetConfig(parsed.budget),
    sharing: parsed.sharing,
    claims: parsed.claims,
    views: parsed.views.map(view => ({
      name: view.name,
      ...(view.owner !== undefined && { owner: view.owner }),
      ...refined(refinedBy(view, parsed)),
    })),
    kubernetesEvents: parsed.kubernetesEvents,
  });
}

function refined(file: FileConfig): Refined {
  const { zones, gateway, policy, annotationPrefixes, hostnames, filters, ingress, service, records } = file;
  return {
    ...{ gateway, policy, annotationPrefixes, hostnames, filters, ingress, service },
    zones: zonesConfig(zones),
    records: withoutExcluded(records),
  };
}

function clusterConfig(
  {
    name,
    owner,
    eksName,
    region,
    roleArn,
    externalId,
    kubeconfig,
    context,
    freeze,
    weight,
  }: FileConfig['clusters'][number],
  fileOwner: string,
  folder: string,
  env: ConfigEnv,
): ClusterConfig {
  const common = {
    name,
    owner: owner ?? fileOwner,
    ...(freeze && ({ freeze } as const)),
    ...(weight !== 1 && { weight }),
  };
  if (kubeconfig !== undefined) {
    return { ...common, kubeconfig: resolve(folder, kubeconfig), ...(context !== undefined && { context }) };
  }
  const inRegion = region ?? env.AWS_REGION;
  return {
    ...common,
    ...(eksName !== undefined && { eksName }),
    ...(inRegion !== undefined && { region: inRegion }),
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
  };
}

function zonesConfig({
  roleArn,
  externalId,
  domainRegex,
  excludeDomainRegex,
  ...zones
}: FileConfig['zones']): ZonesConfig {
  return {
    ...zones,
    ...(domainRegex !== undefined && { domainRegex }),
    ...(excludeDomainRegex !== undefined && { excludeDomainRegex }),
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
  };
}

function budgetConfig({ changesPerSecond, ...requests }: FileConfig['budget']): Config['budget'] {
  return { ...requests, ...(changesPerSecond !== null && { changesPerSecond }) };
}

function storeConfig(store: FileConfig['state']['store'], folder: string, env: ConfigEnv): StateConfig['store'] {
  if (store?.kind === 'folder') return { kind: 'folder', path: resolve(folder, store.path) };
  if (store !== undefined) return store;
  return env.FAIRLEAD_STATE_BUCKET ? { kind: 's3', bucket: env.FAIRLEAD_STATE_BUCKET, prefix: '' } : { kind: 'memory' };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
}
