import { inner } from './batch.ts';
import { AFFIXES, DATA_TYPES, ownerOf } from './settings.ts';
import type { StrangerAct } from './steps.ts';
import { dataAt, keyOf, labelIn, ownershipAt, ownershipName, plain, type Rec, wire } from './view.ts';
import type { World } from './world.ts';

const CLAIM = '"heritage=external-dns,external-dns/owner=stranger"';

/** Objects that there may be, or that there never were. */
const OBJECTS_OF_OLD = ['service/default/o0', 'ingress/shop/o3', 'service/default/old', 'crd/default/old'];

/** A name in a zone, as another hand finds it. */
interface Found {
  readonly world: World;
  readonly zoneId: string;
  readonly name: string;
  /** All record sets at the name, those that publish it, and of these the ones that are ours. */
  readonly all: readonly Rec[];
  readonly standing: readonly Rec[];
  readonly ours: readonly Rec[];
  /** The ownership records that were written for the name. */
  readonly txts: readonly Rec[];
  /** A number that no other edit has. */
  readonly number: number;
}

const keysOf = (records: readonly Rec[]) => records.map(({ name, type }) => keyOf(name, type));
const has = (records: readonly Rec[], ...types: string[]) => records.some(({ type }) => types.includes(type));

function put({ world, zoneId }: Found, name: string, type: string, value: string, whose?: 'strict'): void {
  world.edit(zoneId, [{ name: wire(name), type, ttl: 60, values: [value] }], [], whose);
}

const HOUR = 3_600_000;

/** What another hand does to a name in a zone; nothing where the act has no meaning there. */
const ACTS: Readonly<Record<StrangerAct, (found: Found) => void>> = {
  occupy: found => {
    // An ownership record that somebody forged before makes whatever is put there ours, for a forced run.
    const free = found.standing.length === 0 && found.txts.length === 0 && !isClaimed(found);
    if (free) put(found, found.name, 'A', addressOf(found), 'strict');
    // A run that has not read the zone since would write its twin's ownership record, which is its own too (docs/limits.md).
    const { settings, harness } = found.world;
    if (free && found.name.startsWith('*.') && settings.wildcardReplacement !== '') harness.clock.advance(HOUR);
  },
  predecessor: found => {
    const { world, zoneId, name, number } = found;
    const zone = plain(world.harness.store.zone(zoneId).name);
    const txt = ownershipName(name, 'A', zone, world.settings);
    const long = txt.split('.').some(label => label.length > 63);
    if (found.standing.length > 0 || found.txts.length > 0 || long || recordsAt(found, txt).length > 0) return;
    const { clusters } = world.settings;
    const owner = ownerOf(world.settings, clusters[number % clusters.length] as string);
    const resource = OBJECTS_OF_OLD[number % OBJECTS_OF_OLD.length];
    put(found, name, 'A', `192.0.2.${(number % 250) + 1}`);
    put(found, txt, 'TXT', `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${resource}"`);
    inner(world.memory.pairs, zoneId).set(txt, keyOf(name, 'A'));
  },
  mail: found => {
    if (!has(found.all, 'CNAME')) put(found, found.name, 'MX', '10 mail.example.net.', 'strict');
  },
  text: found => {
    if (!has(found.all, 'TXT', 'CNAME')) put(found, found.name, 'TXT', '"hello"', 'strict');
  },
  'text at ownership': found => {
    const { world, zoneId, number } = found;
    const zone = plain(world.harness.store.zone(zoneId).name);
    const txt = ownershipName(found.name, DATA_TYPES[number % 3] as string, zone, world.settings);
    const taken = has(
      [...world.view(zoneId).values()].filter(({ name }) => name === txt),
      'TXT',
      'CNAME',
    );
    if (!taken && txt.split('.').every(label => label.length < 64)) put(found, txt, 'TXT', '"hello"', 'strict');
  },
  edit: found => {
    if (has(found.ours, 'A')) put(found, found.name, 'A', addressOf(found));
  },
  'take over': found => {
    if (found.txts.length === 0) return;
    for (const { name } of found.txts) put(found, name, 'TXT', CLAIM, 'strict');
    found.world.disown(found.zoneId, keysOf(found.standing), 'strict');
    forget(found, found.txts);
  },
  'second owner': ({ world, zoneId, name, txts }) => {
    const [txt] = txts;
    if (!txt || txt.values?.includes(CLAIM)) return;
    const values = [...(txt.values ?? []), CLAIM];
    world.memory.shared.add(`${zoneId} ${name}`);
    world.edit(zoneId, [{ name: wire(txt.name), type: 'TXT', ttl: txt.ttl ?? 300, values }]);
  },
  forge: found => {
    const { world, zoneId, name } = found;
    const zone = plain(world.harness.store.zone(zoneId).name);
    const foreign = inner(world.memory.foreign, zoneId);
    const [record] = found.standing.filter(({ type }) => foreign.get(keyOf(name, type))?.strict);
    const txt = record && ownershipName(name, record.type, zone, world.settings);
    if (!record || !txt || txt.split('.').some(label => label.length > 63)) return;
    if (has(recordsAt(found, txt), 'TXT', 'CNAME')) return;
    const owner = ownerOf(world.settings, world.settings.clusters[0] as string);
    put(
      found,
      txt,
      'TXT',
      `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=ingress/default/nobody"`,
    );
    const key = keyOf(name, record.type);
    const states = world.states.filter(state => state.knows(zoneId, record.text)).map(({ generation }) => generation);
    world.memory.shared.add(`${zoneId} ${name}`);
    foreign.delete(key);
    // Once a forced run believes the claim, a record of the other type that is just what the object wants gets ownership, too.
    for (const { type } of found.standing) {
      const other = foreign.get(keyOf(name, type));
      if (other) foreign.set(keyOf(name, type), { ...other, strict: false });
    }
    inner(world.memory.forged, zoneId).set(key, { text: record.text, states: new Set(states) });
  },
  claim: found => {
    const { world, zoneId, name } = found;
    if (has(found.all, 'TXT', 'CNAME')) return;
    put(found, name, 'TXT', CLAIM, 'strict');
    const { claimed } = world.memory;
    claimed.set(zoneId, (claimed.get(zoneId) ?? new Set<string>()).add(name));
  },
  'drop record': ({ world, zoneId, name, ours }) => {
    world.memory.dropped.set(`${zoneId} ${name}`, world.next());
    world.edit(zoneId, [], ours.slice(0, 1).map(place));
  },
  'drop ownership': found => dropOwnership(found, found.txts),
  'drop half of ownership': found => dropOwnership(found, found.txts.slice(0, 1)),
};

/** Whether any ownership record stands for the name, whoever wrote it. */
function isClaimed({ world, zoneId, name }: Found): boolean {
  const zone = plain(world.harness.store.zone(zoneId).name);
  return DATA_TYPES.some(type => ownershipAt(world.view(zoneId), name, type, zone, world.settings) !== undefined);
}

const recordsAt = ({ world, zoneId }: Found, at: string) =>
  [...world.view(zoneId).values()].filter(({ name }) => name === at);
const place = ({ name, type }: Rec) => ({ name: wire(name), type });
const addressOf = ({ number }: Found) => `198.51.100.${(number % 250) + 1}`;

/**
 * Records whose ownership a person takes away are nobody's until they have one again. One that has another ownership record
 * still, of a naming before, is ours whenever the config has that naming again.
 */
function dropOwnership(found: Found, gone: readonly Rec[]): void {
  const { world, zoneId, ours } = found;
  world.edit(zoneId, [], gone.map(place));
  const keys = gone.map(({ name }) => inner(world.memory.pairs, zoneId).get(name));
  const lost = keysOf(ours.filter(record => !isOwnedOtherwise(record, found))).filter(key => keys.includes(key));
  world.disown(zoneId, lost, 'lost');
  forget(found, gone);
}

function isOwnedOtherwise({ name, type }: Rec, { world, zoneId }: Found): boolean {
  const view = world.view(zoneId);
  const zone = plain(world.harness.store.zone(zoneId).name);
  return Object.keys(AFFIXES).some(affix => {
    const settings = { ...world.settings, affix: affix as keyof typeof AFFIXES };
    return labelIn(ownershipAt(view, name, type, zone, settings)) !== undefined;
  });
}

function forget({ world, zoneId }: Found, txts: readonly Rec[]): void {
  const pairs = inner(world.memory.pairs, zoneId);
  for (const { name } of txts) pairs.delete(name);
}

export function stranger(world: World, act: StrangerAct, name: string, zoneId: string): void {
  const view = world.view(zoneId);
  const standing = dataAt(view, name);
  const foreign = inner(world.memory.foreign, zoneId);
  const txts = [...inner(world.memory.pairs, zoneId)]
    .filter(([, key]) => DATA_TYPES.some(type => key === keyOf(name, type)))
    .flatMap(([txt]) => view.get(keyOf(txt, 'TXT')) ?? [])
    .filter(txt => labelIn(txt) !== undefined);
  ACTS[act]({
    world,
    zoneId,
    name,
    all: [...view.values()].filter(record => record.name === name),
    standing,
    ours: standing.filter(record => !foreign.has(keyOf(name, record.type))),
    txts,
    number: world.next(),
  });
}
