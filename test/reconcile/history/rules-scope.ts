import { type Batch, changed, changedData, clustersOf, isOurs, type Rule, recordOf } from './batch.ts';
import { asks } from './objects.ts';
import { DATA_TYPES, isFrozenZone, type Kind } from './settings.ts';
import { dataAt, type Label, labelIn, ownershipAt, ownershipName, passes, type Rec, selected } from './view.ts';

/** Nothing outside the filter, the selected zones, the managed types or the names of a drift run is touched. */
export const withinScope: Rule = batch => {
  const { run, zone } = batch;
  if (isFrozenZone(zone, run.settings)) return `zone ${zone.id} is frozen by the config`;
  if (!selected(batch.store, run.settings).some(({ id }) => id === zone.id)) return `zone ${zone.id} is not selected`;
  for (const key of changedData(batch)) {
    const { name, type } = recordOf(batch, key);
    if (!passes(name, run.settings)) return `${key} lies outside the domain filter`;
    if (!run.settings.types.some(managed => managed === type)) return `${key} is of a type that is not managed`;
    if (run.drift && !isDrift(name, run.drift, batch) && !isLeft(name, batch))
      return `${key} is none of the names that were to be read again`;
  }
  return undefined;
};

/** A name is concerned by its own record sets, by its ownership records, and by the name that it shares these with. */
function isDrift(name: string, drift: ReadonlySet<string>, { zone, run }: Batch): boolean {
  const txts = (of: string) => DATA_TYPES.map(type => ownershipName(of, type, zone.name, run.settings));
  const own = txts(name);
  return [...drift].some(each => each === name || own.includes(each) || own.includes(txts(each)[0] as string));
}

/** A name that a run that was killed would have removed: that may still come, so every run may see to it. */
const isLeft = (name: string, { memory, zone }: Batch) =>
  memory.interrupted && memory.unwanted.has(`${zone.id} ${name}`);

/** The policy. */
export const policy: Rule = batch => {
  const { policy } = batch.run.settings;
  if (policy === 'sync') return undefined;
  for (const key of changedData(batch)) {
    const { name } = recordOf(batch, key);
    if (!batch.before.has(key)) continue;
    if (policy === 'create-only') return `${key} was changed`;
    if (dataAt(batch.after, name).length === 0) return `${name} was removed`;
  }
  return undefined;
};

/** 5. What a cluster has that was not read, or is not in the config, stays as it is, unless that cluster was forced. */
export const freeze: Rule = batch => {
  for (const [key, record] of batch.before) {
    const label = labelIn(record.type === 'TXT' ? record : ownershipFor(record, batch));
    if (!isOurs(label, batch.run) || !changed(batch, key)) continue;
    const why = frozen(label, record, batch);
    const after = batch.after.get(key);
    if (why !== undefined && !(record.type === 'TXT' && labelIn(after)?.resource === label.resource))
      return `${key} of ${JSON.stringify(label)} was ${after ? 'changed' : 'removed'}, but ${why}`;
  }
  return undefined;
};

const ownershipFor = ({ name, type }: Rec, { before, zone, run }: Batch) =>
  ownershipAt(before, name, type, zone.name, run.settings);

function frozen(label: Label, { name }: Rec, batch: Batch): string | undefined {
  const { run } = batch;
  const clusters = clustersOf(label, run);
  const forced = (names: readonly string[]) => names.length > 0 && names.every(one => run.forced.includes(one));
  if (clusters.length === 0) return forced([label.cluster ?? '']) ? undefined : 'its cluster is not in the config';
  const kind = label.resource.split('/')[0] as Kind;
  if (!run.settings.sources.includes(kind)) return forced(clusters) ? undefined : `${kind} is no source`;
  const unread = clusters.filter(cluster => run.read.get(cluster)?.unread.has(kind) !== false);
  // Of a record that may be any of several clusters', one that was read and asks for it may speak.
  const speaks = clusters.some(
    cluster =>
      !unread.includes(cluster) &&
      run.read.get(cluster)?.wishes.some(wish => wish.resource === label.resource && asks(wish, name)),
  );
  if (unread.length === 0 || (clusters.length > 1 && speaks)) return undefined;
  return `${kind} of ${unread.join(', ')} was not read`;
}
