import type { DnsName, NameChange, RecordSet, ZoneState } from '../model/index.ts';
import { ADDRESS_TYPES, recordId, sameRecord } from '../model/index.ts';
import { plan } from '../plan/index.ts';
import { isOwnershipRecord, lookedAgain, ownershipName, unprovenIn } from '../registry/index.ts';
import { PAGE, readNames, readZone, type Verdict } from '../route53/index.ts';
import { markDrift } from './drift.ts';
import type { PublishContext, Work } from './publish-work.ts';

/** Reads the names of stale changes again (or the zone, where that is cheaper) and plans them anew. */
export async function planAgain(
  stale: readonly Verdict[],
  work: Work,
  context: PublishContext,
): Promise<readonly NameChange[]> {
  const before = work.state.records;
  try {
    await refresh(stale, work, context);
  } catch (error) {
    const message = (change: NameChange) =>
      `${change.name} is left for the next run: it could not be read again (${(error as Error).message})`;
    work.findings.push(
      ...stale.map(({ change }) => ({
        reason: 'deferred' as const,
        message: message(change),
        name: change.name,
        zone: work.state.zone.id,
      })),
    );
    return [];
  }
  const names = new Set(stale.map(({ change }) => change.name));
  const { id } = work.state.zone;
  const again = plan({
    ...context.input,
    zones: context.input.zones.map(state => (state.zone.id === id ? work.state : state)),
    now: context.ports.clock.now(),
    only: new Map([[id, names]]),
  });
  for (const name of names) work.replanned.add(name);
  work.findings.push(
    ...again.findings.filter(finding => finding.name !== undefined && names.has(finding.name) && finding.zone === id),
  );
  const touched = new Set(stale.flatMap(({ change }) => setsOf(change)));
  // What the first plan did with other record sets of the name stands: it may have been held.
  const changes = (again.zones.find(({ zone }) => zone.id === id)?.changes ?? []).filter(
    change => change.setIdentifier === undefined || setsOf(change).some(set => touched.has(set)),
  );
  return withoutOvertaken(changes, before, work, context).map(change => markDrift(change, before, work.state.records));
}

const setsOf = ({ deletes, creates }: NameChange) => [...deletes, ...creates].map(recordId);

/**
 * Some changes are left, since another run has written the name after this one read the zone, and may have read the clusters
 * later, too: one that would take away an ownership record which was not there then, and one that would take from an object
 * a record set which was not.
 */
function withoutOvertaken(
  changes: readonly NameChange[],
  before: ReadonlyMap<DnsName, readonly RecordSet[]>,
  work: Work,
  { input: { settings } }: PublishContext,
): readonly NameChange[] {
  const isNew = (set: RecordSet) => !(before.get(set.name) ?? []).some(other => sameRecord(other, set));
  return changes.filter(({ name, action, deletes, formerly }) => {
    const takes = action === 'delete' || formerly !== undefined;
    if (!deletes.some(set => isNew(set) && (takes || isOwnershipRecord(set, settings.naming)))) return true;
    const message = `${name} is left for the next run: another run has written it meanwhile`;
    work.findings.push({ reason: 'deferred', message, name, zone: work.state.zone.id });
    return false;
  });
}

async function refresh(
  stale: readonly Verdict[],
  work: Work,
  { route53, ports, input, run: { owners } }: PublishContext,
): Promise<void> {
  const { zone } = work.state;
  const { naming } = input.settings;
  const owned = stale.flatMap(({ change }) => [
    // Whoever took a name over may have written an ownership record of any of these types.
    ...ADDRESS_TYPES.map(type => ownershipName(change.name, type, zone.name, naming)),
    ...[...change.deletes, ...change.creates].map(record => record.name),
  ]);
  // Ownership records first: one that is found without its record is then a leftover, and not one of a record that another
  // run made between the two reads.
  const names = new Set([
    ...owned.filter(name => !stale.some(({ change }) => change.name === name)),
    ...stale.map(({ change }) => change.name),
  ]);
  const whole = names.size >= Math.ceil(countSets(work.state) / PAGE);
  const read = whole ? await readZone(route53, zone.id) : await readNames(route53, zone.id, names);
  const records = new Map(whole ? [] : work.state.records);
  for (const [name, sets] of read) {
    if (sets.length > 0) records.set(name, sets);
    else records.delete(name);
  }
  // What was known of single record sets is overtaken by what was read now.
  const { sets } = work.edits;
  const newer = sets.filter(({ set }) => !whole && !names.has(set.name));
  sets.splice(0, sets.length, ...newer);
  if (whole) work.edits.whole = true;
  else for (const name of names) work.edits.names.add(name);
  const looked = lookedAgain(zone, work.state.records, records, naming);
  const unproven = unprovenIn(looked, work.state.unproven, naming, owners);
  work.state = { ...work.state, records, unproven, ...(whole && { readAt: ports.clock.now() }) };
}

function countSets(state: ZoneState): number {
  let count = 0;
  for (const sets of state.records.values()) count += sets.length;
  return count;
}
