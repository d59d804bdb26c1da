import {
  type Batch,
  changedData,
  clustersOf,
  inner,
  isOurs,
  labelAt,
  namesOf,
  type Rule,
  type RunContext,
  recordOf,
} from './batch.ts';
import { answeredBelow } from './rules-names.ts';
import { KNOWS_MAX_UPDATES, type Limit } from './settings.ts';
import { dataAt, isData, type Label, plain, type View } from './view.ts';

const party = (label: Label) => `${label.owner} ${label.cluster ?? '*'}`;

/** 6. More names than the guard allows are not removed together, unless they are one object's. */
export const guardRemovals: Rule = batch => {
  const { run, zone, memory } = batch;
  for (const name of namesOf(batch)) {
    const [first] = dataAt(batch.before, name);
    if (!first || dataAt(batch.after, name).length > 0 || answeredBelow(name, batch)) continue;
    const label = labelAt(batch.before, name, first.type, batch);
    if (!isOurs(label, run) || excused(label, batch)) continue;
    const since = memory.unwanted.get(`${zone.id} ${name}`) ?? run.serial;
    inner(run.lost, `${zone.id} ${party(label)} ${since}`).set(name, label.resource);
  }
  return over(run.lost, run.settings.maxDeletes, batch, 'removed');
};

function isForced(label: Label, run: RunContext): boolean {
  const named = label.cluster === undefined ? clustersOf(label, run) : [label.cluster];
  return named.every(cluster => run.forced.includes(cluster));
}

/** What a person means, and what an object gave up: it is there and asks for other names. */
function excused(label: Label, batch: Batch): boolean {
  if (isForced(label, batch.run)) return true;
  return clustersOf(label, batch.run).some(cluster =>
    batch.run.read.get(cluster)?.wishes.some(({ resource, names }) => resource === label.resource && names.length > 0),
  );
}

/** 6. Likewise of names whose targets change, also to those of another object; but for what an object gave up of itself. */
export const guardUpdates: Rule = batch => {
  const { run, zone } = batch;
  if (!KNOWS_MAX_UPDATES) return undefined;
  for (const name of namesOf(batch)) {
    const [first] = dataAt(batch.before, name);
    const label = first && labelAt(batch.before, name, first.type, batch);
    if (!isOurs(label, run) || !isRetargeted(name, batch) || isThinned(name, batch)) continue;
    // What the policy leaves standing of another type is nobody's to inherit.
    const touched = new Set(changedData(batch).map(key => batch.after.get(key)));
    const heirs = dataAt(batch.after, name)
      .filter(record => touched.has(record))
      .map(({ type }) => labelAt(batch.after, name, type, batch));
    const isStill = heirs.some(heir => isSameObject(heir, label, run));
    if (isStill ? isForced(label, run) : excused(label, batch)) continue;
    inner(run.moved, `${zone.id} ${party(label)} ${run.serial}`).set(name, label.resource);
  }
  return over(run.moved, run.settings.maxUpdates, batch, 'changed');
};

const isSameObject = (heir: Label | undefined, label: Label, run: RunContext) =>
  heir?.resource === label.resource &&
  heir.cluster === label.cluster &&
  clustersOf(heir, run).some(cluster => clustersOf(label, run).includes(cluster));

/** A type of the name goes, and nothing comes in its place: that counts among the removals. */
const isThinned = (name: string, batch: Batch) =>
  changedData(batch).every(key => recordOf(batch, key).name !== name || !batch.after.has(key));

/** Whether something that the name pointed to is left out now. What another hand wrote there does not count. */
function isRetargeted(name: string, { before, after }: Batch): boolean {
  const targets = (view: View) =>
    dataAt(view, name).flatMap(({ alias, values }) => (alias ? [alias.dnsName] : (values ?? [])).map(plain));
  const now = targets(after);
  return now.length > 0 && targets(before).some(target => !now.includes(target) && !target.startsWith('198.51.100.'));
}

/** What one object takes along counts not. */
function over(counts: RunContext['lost'], allowed: Limit, batch: Batch, what: string): string | undefined {
  for (const [of, names] of counts) {
    const [zoneId, owner, cluster] = of.split(' ') as [string, string, string];
    const owned = ownedNames(owner, cluster, zoneId, batch);
    const limit = Math.max(allowed.count, Math.floor((owned * allowed.percent) / 100));
    if (new Set(names.values()).size > 1 && names.size > limit)
      return `${names.size} of ${owned} names of ${owner}, ${cluster} were ${what} in ${zoneId}, and ${limit} are allowed: ${[...names.keys()]}`;
  }
  return undefined;
}

function ownedNames(owner: string, cluster: string, zoneId: string, batch: Batch): number {
  const view = batch.run.start.get(zoneId) ?? batch.before;
  const names = [...view.values()]
    .filter(({ type }) => isData(type))
    .filter(({ name, type }) => {
      const label = labelAt(view, name, type, batch);
      return label?.owner === owner && (cluster === '*' || (label.cluster ?? cluster) === cluster);
    });
  return new Set([...names.map(({ name }) => name), ...maybeOwned(zoneId, batch)]).size;
}

/** A run that did not read the zone counts what its copy says: another hand may have taken something of it away since. */
function maybeOwned(zoneId: string, { run, memory }: Batch): string[] {
  if (run.listed.has(zoneId)) return [];
  const dropped = [...memory.dropped.keys()].filter(key => key.startsWith(`${zoneId} `));
  return [
    ...[...inner(memory.foreign, zoneId).keys()].map(key => key.split(' ')[0] as string),
    ...dropped.map(key => key.slice(zoneId.length + 1)),
  ];
}
