import type { Clock } from '../clock.ts';
import { placesOf, type ResourceKind } from '../sources/index.ts';
import type { Connection } from './connection.ts';
import { type Advice, parseJson, refusal, type Served, servedAt, unusable } from './resource.ts';
import { withRetries } from './retry.ts';

/** Where a cluster serves its resources, at whatever version. */
export interface Discovery {
  /**
   * Undefined: the cluster does not serve it. What comes with Kubernetes costs no request.
   *
   * @throws ClusterError when the cluster does not say; the signal's reason when it is aborted.
   */
  find(resource: ResourceKind, signal?: AbortSignal): Promise<Served | undefined>;
}

interface Asked {
  readonly connection: Connection;
  /** `cluster prod-eu`, for messages. */
  readonly label: string;
  readonly clock: Clock;
  readonly advice?: Advice;
}

/**
 * Asks the API server which versions of an API group it serves, and which resources are in each
 * (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery). The first version counts that has
 * the resource; the server names them in the order in which it prefers them. Each document is asked for once.
 */
export function createDiscovery(asked: Asked): Discovery {
  const documents = new Map<string, Promise<unknown>>();
  const document = (path: string, place: Served, signal?: AbortSignal) => {
    const known = documents.get(path) ?? readDocument(asked, path, place, signal);
    documents.set(path, known);
    known.catch(() => documents.delete(path));
    return known;
  };
  return {
    async find(resource, signal) {
      for (const place of placesOf(resource)) {
        if (place.version !== undefined) return servedAt(place, place.version);
        const root = { ...servedAt(place, ''), path: `/apis/${place.group}` };
        const group = (await document(root.path, root, signal)) as ApiGroup | undefined;
        for (const { version } of group?.versions ?? []) {
          if (typeof version !== 'string') continue;
          const list = (await document(`${root.path}/${version}`, root, signal)) as ApiResources | undefined;
          if (list?.resources?.some(({ name }) => name === place.plural)) return servedAt(place, version);
        }
      }
      return undefined;
    },
  };
}

/** The parts of an APIGroup and an APIResourceList that are read, unchecked. */
interface ApiGroup {
  readonly versions?: readonly { readonly version?: unknown }[];
}

interface ApiResources {
  readonly resources?: readonly { readonly name?: unknown }[];
}

/** Undefined for what the server does not have. */
async function readDocument(
  { connection, label, clock, advice }: Asked,
  path: string,
  served: Served,
  signal?: AbortSignal,
): Promise<unknown> {
  const asking = { label, served, doing: 'looking for', ...(advice && { advice }) } as const;
  const answer = await withRetries(clock, signal, async () => {
    const found = await connection.get(path, signal);
    if (found.status === 200 || found.status === 404) return found;
    throw refusal(asking, found);
  });
  if (answer.status === 404) return undefined;
  const body = parseJson(answer.body) as (ApiGroup & ApiResources) | undefined;
  if (Array.isArray(body?.versions) || Array.isArray(body?.resources)) return body;
  throw unusable(asking, `the answer for ${path} is no API group; is something other than the API server answering?`);
}
