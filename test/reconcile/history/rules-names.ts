import { isDeepStrictEqual } from 'node:util';
import {
  askingClusters,
  type Batch,
  changedData,
  clustersOf,
  duesOf,
  inner,
  isOurs,
  labelAt,
  type Memory,
  namesOf,
  type Rule,
  type Run,
  readings,
  wishesIn,
} from './batch.ts';
import { asks, NAMES, type Wish } from './objects.ts';
import { dueOf, groupOf, isDue } from './truth.ts';
import {
  dataAt,
  isData,
  keyOf,
  type Label,
  labelIn,
  ownershipName,
  passes,
  type Rec,
  selected,
  type View,
  viewOf,
  within,
  type ZoneInfo,
} from './view.ts';

/** Every record set that is written is what its object asks for, as this run (or a later one) read it. */
export const onlyWanted: Rule = batch => {
  for (const key of changedData(batch)) {
    const record = batch.after.get(key);
    const label = record && labelAt(batch.after, record.name, record.type, batch);
    if (!record || !label) continue;
    const clusters = clustersOf(label, batch.run);
    if (!clusters.some(cluster => batch.run.read.has(cluster)))
      return `${record.text} was written for ${JSON.stringify(label)}, which this run did not read`;
    const dues = clusters.flatMap(cluster =>
      readings(cluster, batch).flatMap(reading =>
        reading.wishes
          .filter(wish => wish.resource === label.resource && asks(wish, record.name))
          .flatMap(wish => duesOf(wish, record.name, reading, batch)),
      ),
    );
    if (!dues.some(due => isDue(record, due)))
      return `${record.text} was written for ${JSON.stringify(label)}, but nobody asks for that (but for ${JSON.stringify(dues)})`;
  }
  return undefined;
};

interface Holding {
  readonly type: string;
  readonly label: Label;
  readonly asking: readonly string[];
}

/** 14. A name stays with the object that has it for as long as that one asks for it. */
export const notGiven: Rule = batch => {
  for (const name of namesOf(batch)) {
    // Route 53 has no condition on what is absent: a name that is made free meanwhile may be taken (docs/limits.md).
    const dropped = batch.memory.dropped.get(`${batch.zone.id} ${name}`);
    if (dropped !== undefined && (dropped > batch.run.serial || !batch.run.listed.has(batch.zone.id))) continue;
    const types = ['A', 'AAAA', 'CNAME'] as const;
    const holders = types.flatMap(type => {
      const label = labelAt(batch.before, name, type, batch);
      return isOurs(label, batch.run) && isWrittenFor(name, type, batch)
        ? [{ type, label, asking: askingClusters(label, name, batch) }]
        : [];
    });
    const now = types.flatMap(type => {
      const label = batch.after.has(keyOf(name, type)) ? labelAt(batch.after, name, type, batch) : undefined;
      return label ? [{ type, label, asking: askingClusters(label, name, batch) }] : [];
    });
    const isHolder = (one: Holding, of: readonly Holding[]) =>
      of.some(
        other => other.label.resource === one.label.resource && other.asking.some(each => one.asking.includes(each)),
      );
    for (const holder of holders.filter(({ asking }) => asking.length > 0)) {
      const taker = now.find(one => one.type === holder.type) ?? now[0];
      // Also what is of a cluster that is not in the config any more.
      const stood = taker && isDeepStrictEqual(labelAt(batch.before, name, taker.type, batch), taker.label);
      const isKept =
        isHolder(holder, now) || (taker && (joins(holder, taker, name, batch) || isBeside(holder, taker, name, batch)));
      if (taker && !stood && !isHolder(taker, holders) && !isKept)
        return `${name} was given from ${JSON.stringify(holder.label)}, which asks for it, to ${JSON.stringify(taker.label)}`;
    }
  }
  return undefined;
};

/** Whether an ownership record is of that name, and not of another one that means the same by it (a wildcard's replacement). */
function isWrittenFor(name: string, type: string, { memory, zone, run }: Batch): boolean {
  const key = inner(memory.pairs, zone.id).get(ownershipName(name, type, zone.name, run.settings));
  return key === undefined || key === keyOf(name, type);
}

/** Whether an object of the holder's namespace has the other type of address, where the holder's was dropped by hand. */
function isBeside(holder: Holding, taker: Holding, name: string, { before }: Batch): boolean {
  const isPair = holder.type !== taker.type && ![holder, taker].some(({ type }) => type === 'CNAME');
  const [one, other] = [holder, taker].map(({ label }) => label.resource.split('/')[1]);
  return (
    isPair &&
    one === other &&
    holder.asking.some(cluster => taker.asking.includes(cluster)) &&
    !before.has(keyOf(name, holder.type))
  );
}

/** Whether the two objects share the name, so that nothing is taken from the first. */
export function joins(
  holder: { label: Label; asking: readonly string[] },
  taker: { label: Label; asking: readonly string[] },
  name: string,
  batch: Batch,
): boolean {
  return holder.asking.some(cluster =>
    readings(cluster, batch).some(({ wishes }) => {
      const [one, other] = [holder, taker].map(({ label }) => wishes.find(wish => wish.resource === label.resource));
      return one?.targets && other && groupOf(one, name, wishes, batch.run.settings).includes(other);
    }),
  );
}

/** A name that is asked for is never out of DNS without a replacement, nor its IPv6 half there without the other. */
export const neverOut: Rule = batch => {
  const { dropped } = batch.memory;
  for (const name of namesOf(batch)) {
    // The run may not know yet that another record of the name was removed by hand.
    if (dropped.has(`${batch.zone.id} ${name}`) && !batch.run.listed.has(batch.zone.id)) continue;
    const before = dataAt(batch.before, name).filter(record => !pointsNowhere(record, batch));
    const after = dataAt(batch.after, name);
    if (before.length > 0 && after.length === 0 && !answeredBelow(name, batch)) {
      const asker = before
        .map(({ type }) => labelAt(batch.before, name, type, batch))
        .find(label => isOurs(label, batch.run) && askingClusters(label, name, batch).length > 0);
      if (asker) return `${name} was removed, but ${JSON.stringify(asker)} asks for it`;
      const other = batch.run.clusters
        .flatMap(({ name: cluster }) => (batch.run.read.has(cluster) ? wishesIn(cluster, batch) : []))
        .find(wish => canHave(wish, name, batch));
      if (other) return `${name} was removed, but ${other.cluster}: ${other.resource} asks for it`;
    }
    const half = after.find(({ type }) => type === 'AAAA');
    const wasWhole = before.some(({ type }) => type === 'A') || !batch.before.has(keyOf(name, 'AAAA'));
    if (half && wasWhole && !batch.after.has(keyOf(name, 'A')) && wantsBoth(half, batch))
      return `${name} AAAA stands without the A that is asked for, too`;
  }
  return undefined;
};

/** An alias to a name of the zone that has no record of its type any more answers nothing. */
const pointsNowhere = ({ alias, type }: Rec, { zone, after }: Batch) =>
  alias?.hostedZoneId === zone.id && !after.has(keyOf(alias.dnsName, type));

function canHave(wish: Wish, name: string, batch: Batch): boolean {
  if (!asks(wish, name) || !passes(name, batch.run.settings)) return false;
  if (batch.run.read.get(wish.cluster)?.unread.has(wish.kind) !== false) return false;
  if (obstacle(name, batch.after, batch) !== undefined) return false;
  return readings(wish.cluster, batch).every(
    reading =>
      reading.wishes.includes(wish) &&
      dueOf(wish, name, reading.wishes, batch.run.settings, { name: batch.zone.name, view: batch.after }).length > 0,
  );
}

function wantsBoth({ name, type }: Rec, batch: Batch): boolean {
  const label = labelAt(batch.after, name, type, batch);
  return clustersOf(label as Label, batch.run).some(cluster =>
    readings(cluster, batch).every(reading =>
      reading.wishes.some(
        wish =>
          wish.resource === label?.resource &&
          asks(wish, name) &&
          ['A', 'AAAA'].every(each =>
            // An alias to a name of the zone follows what that has.
            duesOf(wish, name, reading, batch).some(due => due.type === each && !NAMES.includes(due.alias as never)),
          ),
      ),
    ),
  );
}

/** Whether a zone below answers for the name: the parent delegates it, and the name stood there before this run. */
export function answeredBelow(name: string, { zone, run, store, before, memory }: Batch): boolean {
  const below = selected(store, run.settings).filter(
    other =>
      other.private === zone.private &&
      other.name !== zone.name &&
      within(other.name, zone.name) &&
      within(name, other.name),
  );
  return below.some(other => {
    const there = dataAt(viewOf(store, other.id), name).length > 0;
    if (zone.private) return there;
    const stood = dataAt(run.start.get(other.id) ?? new Map(), name).length > 0;
    const seemsDelegated = memory.undelegated.has(zone.id) && !run.listed.has(zone.id);
    return there && stood && (before.has(keyOf(other.name, 'NS')) || seemsDelegated);
  });
}

/** What of others, or of another name of ours, is in the way of publishing a name in a zone. */
export function obstacle(
  name: string,
  view: View,
  { zone, run, memory }: { zone: ZoneInfo; run: Run; memory: Memory },
): string | undefined {
  const foreign = inner(memory.foreign, zone.id);
  const forged = inner(memory.forged, zone.id);
  for (const [key, record] of view) {
    if (record.type === 'NS' && within(name, record.name)) return key;
    if (record.name !== name) continue;
    if (foreign.has(key) || forged.has(key) || !isData(record.type)) return key;
    if (!isOurs(labelAt(view, name, record.type, { zone, run }), run)) return key;
  }
  for (const type of ['A', 'AAAA', 'CNAME'] as const) {
    const txt = ownershipName(name, type, zone.name, run.settings);
    if (txt.split('.').some(label => label.length > 63)) return `${txt} is too long`;
    const owner = inner(memory.pairs, zone.id).get(txt);
    if (owner !== undefined && view.has(owner) && owner !== keyOf(name, type)) return owner;
    const twin = [...view.values()].find(
      other =>
        other.name !== name && ownershipName(other.name, type, zone.name, run.settings) === txt && other.type !== 'TXT',
    );
    if (twin) return keyOf(twin.name, twin.type);
    const beside = [...view.values()].find(
      record => record.name === txt && (record.type !== 'TXT' || !isOurs(labelIn(record), run)),
    );
    if (beside) return keyOf(beside.name, beside.type);
  }
  return undefined;
}
