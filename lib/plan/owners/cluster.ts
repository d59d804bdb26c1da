import { addTo } from '../../group.ts';
import type { ClusterName, DnsName, Endpoint, ObjectRef, Snapshot } from '../../model/index.ts';
import { resourceOf } from '../../model/index.ts';
import { once } from '../../once.ts';

export interface Cluster {
  readonly name: ClusterName;
  readonly kinds: Snapshot['kinds'];
  readonly frozen: boolean;
  /** Objects that ask for something or wait for it, by `kind/namespace/name`; made when it is first asked. */
  readonly alive: () => ReadonlySet<string>;
  /** Holds on all that an object has. */
  readonly heldObjects: Map<string, string>;
  /** Holds on one name of an object, by `resource name`. */
  readonly heldNames: Map<string, string>;
  readonly awaited: Set<DnsName>;
  /** What objects are put off with, by name. */
  readonly putOff: Map<DnsName, Endpoint[]>;
  /** Objects that ask for a name or wait for it; made when it is first asked. */
  readonly asking: () => ReadonlyMap<DnsName, readonly ObjectRef[]>;
  /** Names that an object asks for or waits for, by `kind/namespace/name`; made when it is first asked. */
  readonly asked: () => ReadonlyMap<string, ReadonlySet<DnsName>>;
}

export function clusterOf({ cluster, kinds, endpoints, holds, frozen = false }: Snapshot): Cluster {
  const alive = once(() => new Set([...endpoints, ...holds].map(({ object }) => resourceOf(object))));
  const heldObjects = new Map<string, string>();
  const heldNames = new Map<string, string>();
  const awaited = new Set<DnsName>();
  const refused = new Map<DnsName, Endpoint[]>();
  for (const { object, name, message, putOff } of holds) {
    const resource = resourceOf(object);
    if (name === undefined) heldObjects.set(resource, message);
    else {
      heldNames.set(`${resource} ${name}`, message);
      // Who may not have a name must not keep another's record of it from going.
      if (putOff) addTo(refused, name, putOff);
      else awaited.add(name);
    }
  }
  const asked = once(() => {
    const names = new Map<string, Set<DnsName>>();
    for (const { object, name } of [...endpoints, ...holds]) {
      if (name === undefined) continue;
      const resource = resourceOf(object);
      const known = names.get(resource);
      if (known) known.add(name);
      else names.set(resource, new Set([name]));
    }
    return names;
  });
  const asking = once(() => {
    const objects = new Map<DnsName, ObjectRef[]>();
    for (const list of [endpoints, holds])
      for (const { object, name } of list) if (name !== undefined) addTo(objects, name, object);
    return objects;
  });
  return { name: cluster, kinds, frozen, alive, heldObjects, heldNames, awaited, putOff: refused, asking, asked };
}
