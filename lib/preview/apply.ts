import { addTo } from '../group.ts';
import { ASKING, OWN_PREFIX, type ResourceKind } from '../sources/index.ts';
import { keyOf, type Manifest } from './manifests.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ApplyOptions {
  /** Objects of the namespaces of the manifests that are not among these are taken for removed. */
  readonly prune: boolean;
  /** Prefixes of the annotations that count for DNS. */
  readonly prefixes: readonly string[];
  /** What stands for the load balancer of an object that is new. */
  readonly placeholder: string;
}

export interface Applied {
  readonly items: ReadonlyMap<ResourceKind, readonly unknown[]>;
  /** `resource/namespace/name` of objects that are new, and of those that would be removed. */
  readonly added: readonly string[];
  readonly pruned: readonly string[];
}

/**
 * The objects of a cluster as they would be if manifests were applied to it.
 *
 * | object                                      | what it would be                                                              |
 * |---------------------------------------------|-------------------------------------------------------------------------------|
 * | in the cluster and the manifests            | as the manifest, with the status and what the API server fills in of the live one |
 * | in the manifests only                       | as the manifest; its load balancer is not there yet, a route counts as accepted |
 * | in the cluster only                         | as it is; with `prune`, gone, if it asks for names, is in a namespace of the manifests, and belongs to no other object |
 */
export function applied(
  live: ReadonlyMap<ResourceKind, readonly unknown[]>,
  manifests: readonly Manifest[],
  options: ApplyOptions,
): Applied {
  const wanted = new Map(manifests.map(manifest => [keyOf(manifest), manifest]));
  const namespaces = new Set(manifests.map(({ namespace }) => namespace));
  const items = new Map<ResourceKind, unknown[]>();
  const met = new Set<string>();
  const pruned: string[] = [];
  for (const [resource, objects] of live) {
    const kept: unknown[] = [];
    for (const object of objects) {
      const { key, namespace, owned } = identityOf(resource, object);
      const manifest = wanted.get(key);
      met.add(key);
      const goes = options.prune && !owned && namespaces.has(namespace) && ASKING.includes(resource) && !isOwn(key);
      if (manifest) kept.push(overLive(manifest.object, object as Json, options));
      else if (goes) pruned.push(key);
      else kept.push(object);
    }
    items.set(resource, kept);
  }
  const added = manifests.filter(manifest => !met.has(keyOf(manifest)));
  for (const manifest of added) addTo(items, manifest.resource, asNew(manifest, options));
  return { items, added: added.map(keyOf), pruned: pruned.sort() };
}

/** The API server's own. */
const isOwn = (key: string) => key === 'service/default/kubernetes';

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;

function identityOf(resource: ResourceKind, object: unknown) {
  const metadata = at(object, 'metadata');
  const owners = at(metadata, 'ownerReferences');
  const namespace = String(at(metadata, 'namespace') ?? '');
  const key = keyOf({ resource, namespace, name: String(at(metadata, 'name')) });
  return { key, namespace, owned: Array.isArray(owners) && owners.length > 0 };
}

/** Of a Service's spec, what the API server fills in where the manifest leaves it out. */
const FILLED = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort'];

function overLive(object: Json, live: Json, { prefixes }: ApplyOptions): Json {
  const filled = FILLED.filter(key => at(live.spec, key) !== undefined).map(key => [key, at(live.spec, key)]);
  const isOfDns = (key: string) => [...prefixes, OWN_PREFIX].some(prefix => key.startsWith(prefix));
  const others = Object.entries((at(live.metadata, 'annotations') ?? {}) as Json).filter(([key]) => !isOfDns(key));
  const annotations = { ...Object.fromEntries(others), ...((at(object.metadata, 'annotations') ?? {}) as Json) };
  const { status: _, ...rest } = object;
  return {
    ...rest,
    metadata: { ...(live.metadata as Json), ...(object.metadata as Json), annotations },
    ...(rest.spec !== undefined && {
      spec: { ...Object.fromEntries(filled), ...(rest.spec as Json), ...ports(rest.spec, live.spec) },
    }),
    ...(live.status !== undefined && { status: live.status }),
  };
}

/** The ports of a Service that have been given a port of the nodes keep it. */
function ports(spec: unknown, live: unknown): { ports?: readonly unknown[] } {
  const [mine, theirs] = [at(spec, 'ports'), at(live, 'ports')];
  if (!Array.isArray(mine) || !Array.isArray(theirs)) return {};
  const same = (a: unknown, b: unknown) =>
    at(a, 'name') === at(b, 'name') &&
    at(a, 'port') === at(b, 'port') &&
    (at(a, 'protocol') ?? 'TCP') === at(b, 'protocol');
  return {
    ports: mine.map(port => {
      const nodePort = at(
        theirs.find(other => same(port, other)),
        'nodePort',
      );
      return nodePort === undefined ? port : { nodePort, ...(port as Json) };
    }),
  };
}

/** A status in a manifest is not applied. */
function asNew({ resource, object: { status: _, ...object } }: Manifest, { placeholder }: ApplyOptions): Json {
  const loadBalancer = { ingress: [{ hostname: placeholder }] };
  if (resource === 'ingress' || (resource === 'service' && at(object.spec, 'type') === 'LoadBalancer'))
    return { ...object, status: { loadBalancer } };
  const refs = at(object.spec, 'parentRefs');
  if (!resource.endsWith('route') || !Array.isArray(refs)) return object;
  const conditions = [{ type: 'Accepted', status: 'True' }];
  return { ...object, status: { parents: refs.map(parentRef => ({ parentRef, conditions })) } };
}
