import { askingClusters, type Batch, inner, isOurs, labelAt, namesOf, type Rule } from './batch.ts';
import { joins } from './rules-names.ts';
import { DATA_TYPES, type Settings } from './settings.ts';
import { dataAt, keyOf, type Rec, selected, type View, within, type ZoneInfo } from './view.ts';

/**
 * 14. What stands in the zone above is an object's in a new zone below, too, for as long as it asks for it. Where it has the
 * name there, another one may have the types beside it that are free, as in the zone above.
 */
export const notGivenBelow: Rule = batch => {
  for (const name of namesOf(batch)) {
    if (dataAt(batch.before, name).length > 0) continue;
    const takers = parties(name, batch.zone, batch.after, batch);
    // Of a type that the config leaves out nothing can be made below: what has the other type there takes nothing from it.
    const holders = holdersAbove(name, batch).filter(
      ({ type, asking }) => asking.length > 0 && batch.run.settings.types.includes(type),
    );
    const isSame = (one: Holding, other: Holding) =>
      one.label.resource === other.label.resource && one.asking.some(cluster => other.asking.includes(cluster));
    const isThere = takers.some(taker => holders.some(holder => isSame(taker, holder)));
    const given = takers.find(taker => {
      const rivals = isThere ? holders.filter(({ type }) => type === taker.type) : holders;
      return rivals.length > 0 && !rivals.some(holder => isSame(taker, holder) || joins(holder, taker, name, batch));
    });
    if (given)
      return `${name} is ${JSON.stringify(holders[0]?.label)}'s in the zone above, which asks for it, and was given to ${JSON.stringify(given.label)}`;
  }
  return undefined;
};

type Holding = ReturnType<typeof parties>[number];

/** Whose the address record sets of a name are, and in which clusters that object asks for it. */
function parties(name: string, zone: ZoneInfo, view: View, batch: Batch) {
  const isTheirs = ({ type }: Rec) => {
    const { foreign, forged } = batch.memory;
    return [foreign, forged].some(map =>
      inner(map as Map<string, Map<string, unknown>>, zone.id).has(keyOf(name, type)),
    );
  };
  return DATA_TYPES.flatMap(type => {
    const record = view.get(keyOf(name, type));
    const label = record && !isTheirs(record) ? labelAt(view, name, type, { zone, run: batch.run }) : undefined;
    return isOurs(label, batch.run) ? [{ type, label, asking: askingClusters(label, name, batch) }] : [];
  });
}

/** In the nearest of the zones above that has the name; of those that the run has read whole. */
function holdersAbove(name: string, batch: Batch): Holding[] {
  const { zone, run, memory } = batch;
  if (memory.divided) return [];
  for (const upper of zonesAbove(zone, batch.store, run.settings)) {
    const view = run.listed.get(upper.id);
    if (!view || memory.claimed.get(upper.id)?.has(name) || memory.shared.has(`${upper.id} ${name}`)) return [];
    const holders = parties(name, upper, view, batch);
    if (holders.length > 0) return holders;
  }
  return [];
}

/** The selected zones above one, of its kind, the nearest first. */
export function zonesAbove(
  { name, private: isPrivate }: ZoneInfo,
  store: Batch['store'],
  settings: Settings,
): ZoneInfo[] {
  return selected(store, settings)
    .filter(upper => upper.private === isPrivate && upper.name !== name && within(name, upper.name))
    .sort((a, b) => b.name.length - a.name.length);
}
