import { type Batch, changed, changedData, inner, isForgotten, isOurs, labelAt, namesOf, type Rule } from './batch.ts';
import { isData, keyOf, labelIn, ownershipAt, ownershipName, type Rec } from './view.ts';

/** 1. Record sets of others stay as they are, whatever else happens; and never become ours. */
export const foreignUnchanged: Rule = batch => {
  for (const [key, { text, strict }] of inner(batch.memory.foreign, batch.zone.id)) {
    const now = batch.after.get(key);
    if (now?.text !== text) return `${key}, which is not ours, was ${text} and is ${now?.text}`;
    const { name, type } = now;
    const txt = ownershipAt(batch.after, name, type, batch.zone.name, batch.run.settings);
    if (strict && isData(type) && txt && changed(batch, keyOf(txt.name, 'TXT')) && isOurs(labelIn(txt), batch.run))
      return `${key}, which is not ours, was made ours`;
  }
  return undefined;
};

/**
 * 14. A claim that appeared since the kept copy was made, and that no run wrote, takes nobody's record: but for a
 * forced run, or where no copy tells.
 */
export const forgedUnchanged: Rule = ({ memory, zone, run, after }) => {
  for (const [key, { text, states }] of inner(memory.forged, zone.id)) {
    if (after.get(key)?.text !== text && run.forced.length === 0 && states.has(run.state))
      return `${key} of somebody else was changed for the sake of a claim that no run wrote`;
  }
  return undefined;
};

/** 1. Without an ownership record of an owner of this run, nothing is changed: nor is anybody else's TXT. */
export const unownedUnchanged: Rule = batch => {
  for (const [key, record] of batch.before) {
    if (!changed(batch, key)) continue;
    const after = batch.after.get(key);
    const { name, type, values = [] } = record;
    if (isData(type)) {
      const label = labelAt(batch.before, name, type, batch) ?? olderLabel(record, batch);
      if (!isOurs(label, batch.run)) return `${key} was changed without ownership (${JSON.stringify(label)})`;
    } else if (type !== 'TXT') return `${key} was changed`;
    const theirs = values.filter(
      value => type === 'TXT' && !isOurs(labelIn({ ...record, values: [value] }), batch.run),
    );
    const gone = theirs.find(value => !after?.values?.includes(value));
    if (gone !== undefined) return `${key} lost somebody's value ${gone}`;
  }
  return undefined;
};

/** The ownership record of a CNAME is that of an alias, too, and of both its halves: ExternalDNS before 0.22 wrote it so. */
const olderLabel = ({ name, type, alias }: Rec, batch: Batch) =>
  type !== 'CNAME' && alias ? labelAt(batch.before, name, 'CNAME', batch) : undefined;

/** 2. No record set of ours is left without ownership record. */
export const noRecordOrphan: Rule = batch => {
  const pairs = inner(batch.memory.pairs, batch.zone.id);
  for (const [txt, key] of pairs) {
    const before = labelIn(batch.before.get(keyOf(txt, 'TXT')));
    const record = batch.after.get(key);
    if (!isOurs(before, batch.run) || !batch.before.has(key) || !record || isForgotten(txt, batch)) continue;
    const now = labelIn(batch.after.get(keyOf(txt, 'TXT'))) ?? labelAt(batch.after, record.name, record.type, batch);
    if (!isOurs(now, batch.run)) return `${key} lost its ownership record ${txt}`;
  }
  for (const key of changedData(batch)) {
    const record = batch.after.get(key);
    if (record && !isOurs(labelAt(batch.after, record.name, record.type, batch), batch.run))
      return `${key} was written without an ownership record`;
  }
  return undefined;
};

/** 2. No ownership record is left or written without its record set, and none serves two. */
export const noOwnershipOrphan: Rule = batch => {
  const pairs = inner(batch.memory.pairs, batch.zone.id);
  for (const [txt, key] of pairs) {
    const standing = isOurs(labelIn(batch.after.get(keyOf(txt, 'TXT'))), batch.run);
    const { name, type } = batch.before.get(key) ?? {};
    if (name === undefined || type === undefined) continue;
    const isCurrent = txt === ownershipName(name, type, batch.zone.name, batch.run.settings);
    if (standing && isCurrent && !batch.after.has(key)) return `${key} is gone, but ${txt} is not`;
  }
  const used = new Map<string, string>();
  for (const key of changedData(batch)) {
    const record = batch.after.get(key);
    if (!record) continue;
    const txt = ownershipName(record.name, record.type, batch.zone.name, batch.run.settings);
    const other = pairs.get(txt);
    if (other !== undefined && other !== key && batch.after.has(other) && !isForgotten(txt, batch))
      return `${key} and ${other} share ${txt}`;
    if (used.has(txt)) return `${key} and ${used.get(txt)} share ${txt}`;
    used.set(txt, key);
  }
  for (const [key, record] of batch.after) {
    const fresh = !batch.before.has(key) && isOurs(labelIn(record), batch.run);
    if (fresh && !isPaired(record, batch)) return `${key} was written for no record set`;
  }
  return undefined;
};

function isPaired(txt: Rec, { after, zone, run }: Batch): boolean {
  return [...after.values()].some(
    ({ name, type }) => isData(type) && ownershipName(name, type, zone.name, run.settings) === txt.name,
  );
}

/** Whether the claim, which means every type but AAAA, has a record set of its own: then ours are ours alone. */
const decides = (name: string, batch: Batch) =>
  [...batch.before.values()].some(
    record =>
      record.name === name &&
      record.type !== 'AAAA' &&
      record.type !== 'TXT' &&
      !isOurs(labelAt(batch.before, name, record.type, batch), batch.run),
  );

/** A name at which somebody else lays a claim is left alone by a run that saw the claim. */
export const contestedLeft: Rule = batch => {
  const claimed = batch.memory.claimed.get(batch.zone.id);
  // Under a prefix or suffix, an ownership record without them is none.
  if (!claimed || !batch.run.listed.has(batch.zone.id) || batch.run.settings.affix !== 'none') return undefined;
  const touched = [...namesOf(batch)].find(name => claimed.has(name) && !decides(name, batch));
  return touched === undefined ? undefined : `${touched} was changed, though somebody else lays claim to it`;
};
