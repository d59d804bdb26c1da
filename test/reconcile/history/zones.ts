import { ZONES } from './settings.ts';
import type { ZoneAct } from './steps.ts';
import { plain, wire } from './view.ts';
import type { World } from './world.ts';

interface Place {
  readonly id: string;
  readonly name: string;
}

function add(world: World, { id, name }: Place, isPrivate = false): void {
  const { store } = world.harness;
  if (!store.zones.has(id)) store.addZone({ id, name: `${name}.`, private: isPrivate });
}

/** A zone goes with all that it holds, strangers' record sets too. */
function drop(world: World, id: string): void {
  const { foreign, forged, renamed, pairs, claimed, unwanted } = world.memory;
  world.harness.store.zones.delete(id);
  for (const map of [foreign, forged, renamed, pairs, claimed]) map.delete(id);
  for (const key of unwanted.keys()) if (key.startsWith(`${id} `)) unwanted.delete(key);
}

/** An NS record set for the child's name in every public zone above it. */
function delegate(world: World, servers: readonly string[] | undefined): void {
  const { store } = world.harness;
  for (const zone of store.zones.values()) {
    if (zone.private || plain(zone.name) !== ZONES.root.name) continue;
    const record = { name: wire(ZONES.child.name), type: 'NS', ttl: 300 };
    if (servers) world.edit(zone.id, [{ ...record, values: [...servers] }], [], 'strict');
    else world.edit(zone.id, [], [record]);
    if (servers) world.memory.undelegated.delete(zone.id);
    else world.memory.undelegated.add(zone.id);
  }
}

/** What somebody does to the hosted zones of the account. */
export const ZONE_ACTS: Readonly<Record<ZoneAct, (world: World) => void>> = {
  child: world => add(world, ZONES.child),
  private: world => add(world, ZONES.private, true),
  inner: world => add(world, ZONES.inner, true),
  double: world => add(world, ZONES.double),
  'remove child': world => drop(world, ZONES.child.id),
  'remove private': world => [ZONES.private, ZONES.inner].forEach(({ id }) => void drop(world, id)),
  'remove double': world => drop(world, ZONES.double.id),
  // Once: no id is ever given again.
  recreate: world => {
    if (!world.harness.store.zones.has(ZONES.root.id)) return;
    drop(world, ZONES.root.id);
    add(world, ZONES.again);
  },
  delegate: world => {
    const servers = world.harness.store.zones.get(ZONES.child.id)?.nameServers;
    if (servers) delegate(world, servers);
  },
  'delegate elsewhere': world => delegate(world, ['ns1.example.net.', 'ns2.example.net.']),
  undelegate: world => delegate(world, undefined),
};
