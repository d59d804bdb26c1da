import type { ClusterName, DnsName, NamedObject, ObjectRef } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';
import { departedOf, ownershipRecords, readOwnershipName } from '../registry/index.ts';
import { type Facts, knownZones } from './facts.ts';

/** A name whose ownership record names an object. */
export interface Held {
  readonly name: DnsName;
  readonly owner: string;
  readonly labelled: boolean;
  /** In which of these the object is: those of the config with the owner id, or those that left it. */
  readonly clusters: readonly ClusterName[];
  readonly departed: boolean;
}

/** The names for which ownership records name an object, in whatever cluster. */
function namesHeld(object: NamedObject, facts: Facts): Held[] {
  const resource = resourceOf(object);
  const naming = facts.shards[0]?.input.settings.naming;
  const held: Held[] = [];
  if (!naming) return held;
  const { states, configured } = knownZones(facts);
  for (const state of states)
    for (const { txt, stated } of ownershipRecords(state.records, naming))
      for (const { ownership } of stated) {
        const { owner, cluster } = ownership;
        if (ownership.resource !== resource) continue;
        const name = readOwnershipName(txt.name, state.zone.name, naming)?.name;
        if (name === undefined) continue;
        const left = departedOf({ txt, ownership }, state, configured);
        const own = facts.asked.filter(one => one.owner === owner).map(one => one.cluster);
        const clusters = left.length > 0 ? left : own.filter(one => (cluster ?? one) === one);
        held.push({ name, owner, labelled: cluster !== undefined, clusters, departed: left.length > 0 });
      }
  return held;
}

/** The names that an object of one cluster has by their ownership records, each once. */
export function heldBy(object: ObjectRef, facts: Facts): Held[] {
  const own = namesHeld(object, facts).filter(({ clusters }) => clusters.includes(object.cluster));
  return [...new Map(own.map(one => [one.name, one])).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The objects of this name of which nothing is known but that ownership records name them. */
export function heldObjects(wanted: NamedObject, facts: Facts, cluster?: ClusterName): ObjectRef[] {
  const clusters = new Set(namesHeld(wanted, facts).flatMap(one => one.clusters));
  return [...clusters]
    .filter(name => cluster === undefined || name === cluster)
    .sort()
    .map(name => ({ ...wanted, cluster: name }));
}
