import type { ClusterName, KindRead } from '../model/index.ts';
import type { ClusterReader } from '../reconcile/index.ts';
import { type Reading, type ResourceKind, type SourceKind, sourceOf } from '../sources/index.ts';

/** The objects of a cluster as they were read. */
export interface Captured {
  readonly kinds: Readonly<Record<string, KindRead>>;
  readonly items: ReadonlyMap<ResourceKind, readonly unknown[]>;
  /** What only some objects need and could not be read, and why. */
  readonly unread: ReadonlyMap<ResourceKind, string>;
}

/**
 * Reads clusters, and keeps the objects of one of them.
 *
 * @param besides objects that are going to be there besides: what they need is read, too
 */
export function capturing(
  read: ClusterReader,
  cluster: ClusterName,
  besides: Pick<Reading, 'needs'>,
  keep: (captured: Captured) => void,
): ClusterReader {
  return async (one, sources, page, restart, signal, reading) => {
    if (one.name !== cluster) return read(one, sources, page, restart, signal, reading);
    const items = new Map<ResourceKind, unknown[]>();
    const unread = new Map<ResourceKind, string>();
    const kinds = await read(
      one,
      sources,
      (resource, objects) => {
        items.set(resource, [...(items.get(resource) ?? []), ...objects]);
        page(resource, objects);
      },
      resource => {
        items.delete(resource);
        restart(resource);
      },
      signal,
      {
        needs: source => [...new Set([...reading.needs(source), ...besides.needs(source)])],
        namespaces: resource => reading.namespaces(resource),
        unread: (resource, because) => {
          unread.set(resource, because);
          reading.unread(resource, because);
        },
      },
    );
    keep({ kinds, items, unread });
    return kinds;
  };
}

/** Gives objects that were captured, in the order in which a cluster's would come. What could not be read then is unread. */
export function replaying(read: ClusterReader, cluster: ClusterName, captured: Captured): ClusterReader {
  return async (one, sources, page, restart, signal, reading) => {
    if (one.name !== cluster) return read(one, sources, page, restart, signal, reading);
    const done = new Set<ResourceKind>();
    const give = (resource: ResourceKind) => {
      if (!done.has(resource)) page(resource, captured.items.get(resource) ?? []);
      done.add(resource);
    };
    const fresh = (source: SourceKind) => reading.needs(source).filter(resource => !done.has(resource));
    for (const source of sources) {
      if (captured.kinds[source]?.complete !== true) continue;
      for (let needs = fresh(source); needs.length > 0; needs = fresh(source)) needs.forEach(give);
      give(sourceOf(source).resource);
      for (let joins = fresh(source); joins.length > 0; joins = fresh(source)) {
        for (const resource of joins) {
          give(resource);
          const because = captured.unread.get(resource);
          if (because !== undefined) reading.unread(resource, because);
        }
      }
    }
    return captured.kinds;
  };
}
