import { inner } from './judge.ts';
import { DATA_TYPES } from './settings.ts';
import type { StrangerAct } from './steps.ts';
import { dataAt, keyOf, labelIn, ownershipName, type Rec, wire } from './view.ts';
import type { World } from './world.ts';

const CLAIM = '"heritage=external-dns,external-dns/owner=stranger"';
const stored = ({ name, type, ttl, values, alias }: Rec) => ({
  name: wire(name),
  type,
  ...(ttl !== undefined && { ttl }),
  ...(values && { values }),
  ...(alias && { alias: { ...alias, dnsName: wire(alias.dnsName) } }),
});

/** What another hand does to a name in a zone; nothing where the act has no meaning there. */
export function stranger(world: World, act: StrangerAct, name: string, zoneId: string): void {
  const { memory } = world;
  const view = world.view(zoneId);
  const zone = world.harness.store.zone(zoneId).name.slice(0, -1);
  const foreign = inner(memory.foreign, zoneId);
  const standing = dataAt(view, name);
  const mine = standing.filter(({ type }) => !foreign.has(keyOf(name, type)));
  const txts = ownershipOf(world, zoneId, name);
  const value = `198.51.100.${(world.next() % 250) + 1}`;
  const at = [...view.values()].filter(record => record.name === name);
  const takeOver = () => {
    world.edit(zoneId, txts.map(txt => ({ ...stored(txt), values: [CLAIM] })), [], 'strict');
    world.edit(zoneId, standing.map(stored), [], 'strict');
    forget(world, zoneId, txts);
  };
  switch (act) {
    case 'occupy':
      if (standing.length > 0 || txts.length > 0) return;
      return world.edit(zoneId, [{ name: wire(name), type: 'A', ttl: 60, values: [value] }], [], 'strict');
    case 'mail':
      if (standing.some(({ type }) => type === 'CNAME')) return;
      return world.edit(zoneId, [{ name: wire(name), type: 'MX', ttl: 60, values: ['10 mail.example.net.'] }], [], 'strict');
    case 'text':
      if (at.some(({ type }) => type === 'TXT' || type === 'CNAME')) return;
      return world.edit(zoneId, [{ name: wire(name), type: 'TXT', ttl: 60, values: ['"hello"'] }], [], 'strict');
    case 'text at ownership': {
      const txt = ownershipName(name, DATA_TYPES[world.next() % 3] as string, zone, world.settings);
      if ([...view.values()].some(record => record.name === txt && ['TXT', 'CNAME'].includes(record.type))) return;
      if (txt.split('.').some(label => label.length > 63)) return;
      return world.edit(zoneId, [{ name: wire(txt), type: 'TXT', ttl: 60, values: ['"hello"'] }], [], 'strict');
    }
    case 'edit': {
      const [record] = mine.filter(({ type }) => type === 'A');
      if (record) world.edit(zoneId, [{ name: wire(name), type: 'A', ttl: 60, values: [value] }]);
      return;
    }
    case 'take over':
      return txts.length > 0 ? takeOver() : undefined;
    case 'claim': {
      if (at.some(({ type }) => type === 'TXT' || type === 'CNAME')) return;
      world.edit(zoneId, [{ name: wire(name), type: 'TXT', ttl: 300, values: [CLAIM] }], [], 'strict');
      memory.claimed.set(zoneId, (memory.claimed.get(zoneId) ?? new Set<string>()).add(name));
      return;
    }
    case 'drop record':
      return world.edit(zoneId, [], mine.slice(0, 1).map(stored));
    case 'drop ownership':
    case 'drop half of ownership': {
      const gone = act === 'drop ownership' ? txts : txts.slice(0, 1);
      world.edit(zoneId, [], gone.map(stored));
      const keys = gone.map(txt => inner(memory.pairs, zoneId).get(txt.name));
      world.edit(zoneId, mine.filter(({ type }) => keys.includes(keyOf(name, type))).map(stored), [], 'lost');
      forget(world, zoneId, gone);
    }
  }
}

/** The ownership records that were written for a name. */
function ownershipOf(world: World, zoneId: string, name: string): Rec[] {
  const view = world.view(zoneId);
  return [...inner(world.memory.pairs, zoneId)]
    .filter(([, key]) => DATA_TYPES.some(type => key === keyOf(name, type)))
    .flatMap(([txt]) => view.get(keyOf(txt, 'TXT')) ?? [])
    .filter(txt => labelIn(txt) !== undefined);
}

function forget(world: World, zoneId: string, txts: readonly Rec[]): void {
  const pairs = inner(world.memory.pairs, zoneId);
  for (const { name } of txts) pairs.delete(name);
}
