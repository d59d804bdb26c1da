import { groupBy } from '../../group.ts';
import type { DnsName, HostedZone, NameChange, Ownership, RecordSet, ZoneId, ZoneState } from '../../model/index.ts';
import { isSameIdentifier, isSameSet, isUnpublished } from '../../model/index.ts';
import { type Claim, isOwnershipRecord, ownershipsIn } from '../../registry/index.ts';
import { ownershipNameOf } from '../change/change.ts';
import type { PlanInput } from '../input.ts';
import { plan } from '../plan.ts';
import type { PlanSettings } from '../settings.ts';

/** Record sets of a name whose ownership is to move, and the ownership records that go. */
export interface Target {
  readonly zone: HostedZone;
  readonly name: DnsName;
  readonly records: readonly RecordSet[];
  readonly leaving: readonly Claim[];
}

/** What a run would make at a name, or why it would make nothing. */
export interface Wanted {
  readonly change?: NameChange;
  readonly why: string;
}

/**
 * What a run would make if the record sets were not there: who gets the names then gets them. One plan, however many names.
 */
export function wantedWithout(targets: readonly Target[], input: PlanInput): (target: Target) => Wanted {
  const gone = groupBy(targets, ({ zone }) => zone.id);
  // Whose a name is does not change with what a person holds of it.
  const zones = input.zones.map(({ undone: _, ...state }) => without(state, gone.get(state.zone.id) ?? []));
  const only = new Map([...gone].map(([id, some]) => [id, new Set(some.map(({ name }) => name))]));
  const planned = plan({ ...input, zones, only });
  const key = (zone: ZoneId | undefined, name: DnsName | undefined) => `${zone} ${name}`;
  const changes = groupBy(
    planned.zones.flatMap(({ zone, changes: some }) => some.map(change => ({ zone, change }))),
    ({ zone, change }) => key(zone.id, change.name),
  );
  const told = new Map(
    planned.findings.filter(isUnpublished).map(({ zone, name, message }) => [key(zone, name), message]),
  );
  return ({ zone, name, records }) => {
    const here = changes.get(key(zone.id, name)) ?? [];
    const change = ofTheirSet(
      here.map(one => one.change),
      records,
    );
    const why = told.get(key(zone.id, name)) ?? told.get(key(undefined, name));
    return { ...(change && { change }), why: why === undefined ? '' : ` (${why})` };
  };
}

/** Of the changes of a name that of these record sets' own set identifier, or else what is asked for in their place. */
function ofTheirSet(changes: readonly NameChange[], records: readonly RecordSet[]): NameChange | undefined {
  const isTheirs = (set: RecordSet) => records.some(record => isSameIdentifier(record, set));
  const own = changes.find(({ creates }) => creates.some(isTheirs));
  return own ? { ...own, creates: own.creates.filter(isTheirs) } : changes[0];
}

function without(state: ZoneState, targets: readonly Target[]): ZoneState {
  const copy = new Map(state.records);
  const records = new Set(targets.flatMap(target => target.records));
  const leaving = targets.flatMap(target => target.leaving);
  const values = new Set(leaving.map(({ txt, value }) => keyOf(txt, value)));
  const names = new Set([...records, ...leaving.map(({ txt }) => txt)].map(record => record.name));
  for (const name of names) {
    const left = (copy.get(name) ?? []).flatMap((record): RecordSet[] => {
      if (records.has(record)) return [];
      const rest =
        record.type === 'TXT' ? record.values?.filter(value => !values.has(keyOf(record, value))) : undefined;
      if (!rest || rest.length === record.values?.length) return [record];
      return rest.length === 0 ? [] : [{ ...record, values: rest }];
    });
    if (left.length > 0) copy.set(name, left);
    else copy.delete(name);
  }
  return { ...state, records: copy };
}

const keyOf = ({ name, setIdentifier }: RecordSet, value: string) => `${name} ${setIdentifier ?? ''} ${value}`;

/** What a run would write into the ownership record of the record set, or else into that of one which goes with it. */
export function labelFor(
  record: RecordSet,
  change: NameChange | undefined,
  zone: HostedZone,
  settings: PlanSettings,
): Ownership | undefined {
  const written = change?.creates.filter(txt => isOwnershipRecord(txt, settings.naming)) ?? [];
  const id = { ...record, name: ownershipNameOf(record, zone, settings), type: 'TXT' };
  const own = written.find(txt => isSameSet(txt, id)) ?? written[0];
  return own && ownershipsIn(own, settings.naming)[0]?.ownership;
}
