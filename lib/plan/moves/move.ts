import { groupBy } from '../../group.ts';
import type { Undoing } from '../../history/index.ts';
import type { DnsName, Finding, HostedZone, NameChange, OwnerId, Party, RecordSet, ZoneId } from '../../model/index.ts';
import { isSameIdentifier, recordId } from '../../model/index.ts';
import { type Claim, isOwnershipRecord, writeOwnership } from '../../registry/index.ts';
import { isFrozen } from '../brakes/freeze.ts';
import { byId, ownershipNameOf, ownershipRecord, uniqueSets, withOtherValues } from '../change/change.ts';
import { recordsAt, type ZoneView } from '../current/zone-view.ts';
import { isManaged, type PlanSettings } from '../settings.ts';

/** The ownership of what stands at one name, on its way from one owner to another. The record sets stay as they are. */
export interface Move {
  readonly zone: HostedZone;
  readonly name: DnsName;
  /** Where only the record sets of this set identifier are moved. */
  readonly setIdentifier?: string;
  /** Of the record sets. */
  readonly types: readonly string[];
  /** Absent: nobody's. */
  readonly from?: OwnerId;
  readonly to?: OwnerId;
  /** The object that the ownership record names: the new one, or of what is released the one that goes. */
  readonly resource?: string;
  /** What a run did, where that is put back. */
  readonly undoing?: Undoing;
  /** What a person should know before. */
  readonly note?: string;
  readonly change: NameChange;
}

/** What is done, and what is not done with the reason; `warning`: there is nothing to do. */
export interface Moves {
  readonly moves: readonly Move[];
  readonly refused: readonly Finding[];
}

export const NOTHING: Moves = { moves: [], refused: [] };

export function together(all: readonly Moves[]): Moves {
  return { moves: all.flatMap(({ moves }) => moves), refused: all.flatMap(({ refused }) => refused) };
}

/**
 * The change that exchanges ownership records: each record set is deleted as it was read and created alike, so that Route 53
 * refuses all of it where one of them is not as it was read. Other values in the TXT of one that goes are written back.
 */
export function swapOwnership(
  name: DnsName,
  records: readonly RecordSet[],
  { leaving, fresh }: { readonly leaving: readonly Claim[]; readonly fresh: readonly RecordSet[] },
  party: Party,
): NameChange {
  const written = withOtherValues(leaving, new Map(fresh.map(txt => [recordId(txt), txt])));
  return {
    name,
    ...ofOneSet(records),
    action: 'update',
    deletes: [...records, ...uniqueSets(leaving.map(({ txt }) => txt))].sort(byId),
    creates: [...records, ...written].sort(byId),
    ...party,
    objects: [],
  };
}

/** The ownership record of a record set, with a value for each cluster that has a part of it. */
export function ownershipOf(
  record: RecordSet,
  ownerships: readonly Claim['ownership'][],
  view: ZoneView,
  settings: PlanSettings,
  leaving: readonly Claim[],
): RecordSet {
  const name = ownershipNameOf(record, view.zone, settings);
  const values = ownerships.map(ownership => writeOwnership(ownership, name, settings.naming));
  return ownershipRecord(record, { name, values }, recordsAt(name, view), new Set(leaving.map(({ txt }) => txt)));
}

/** What an ownership record says, and what those beside it say of the parts that other clusters have. */
export function withPartsBeside({ ownership, txt }: Claim, all: readonly Claim[]): Claim['ownership'][] {
  const parts = all.filter(one => one.txt === txt && one.ownership.share).map(one => one.ownership);
  return ownership.share ? parts : [ownership];
}

/** Why an ownership record cannot be written, if it cannot; `leaving` gives way to it. */
export function whyTaken(txt: RecordSet, leaving: readonly Claim[], view: ZoneView): string | undefined {
  if (txt.name.split('.').some(label => label.length > 63) || txt.name.length > 253)
    return `the name of its ownership record, ${txt.name}, is too long`;
  for (const record of recordsAt(txt.name, view)) {
    if (record.type === 'CNAME') return `the name of its ownership record, ${txt.name}, is a CNAME`;
    const sameId = recordId(record) === recordId(txt);
    const goes = leaving.some(claim => claim.txt === record);
    if (record.type === 'TXT' && !goes && (sameId || record.setIdentifier === undefined))
      return `the name of its ownership record, ${txt.name}, has another TXT record`;
  }
  return undefined;
}

/** Whether a record set could be owned at all: no ownership record, nor what makes the zone. */
export function isOwnable(record: RecordSet, { zone }: ZoneView, { naming }: PlanSettings): boolean {
  const isZones = record.name === zone.name && (record.type === 'NS' || record.type === 'SOA');
  return !isZones && !isOwnershipRecord(record, naming);
}

/** Why records are not to be had by their types, if they are not. */
export function typesLeftOut(records: readonly RecordSet[], settings: PlanSettings): string | undefined {
  const left = typesOf(records).filter(type => !isManaged(type, settings));
  return left.length > 0 ? `records.types leaves out ${left.join(', ')}` : undefined;
}

/** What an ownership record of another owner says. */
export const belongsTo = ({ txt, ownership: { owner } }: Claim): string =>
  `the ownership record ${txt.name} says that it belongs to the owner "${owner}"`;

export const refusal = (reason: Finding['reason'], message: string, name: DnsName, zone?: ZoneId): Finding => ({
  reason,
  message,
  name,
  ...(zone !== undefined && { zone }),
});

/** Nothing is moved at a name of a zone, for this reason. */
export const refusedAt = (reason: Finding['reason'], name: DnsName, { id }: HostedZone, why: string): Moves => ({
  moves: [],
  refused: [refusal(reason, `${name}: ${why}`, name, id)],
});

/** Nothing is moved in a zone that the config freezes. */
export function frozenZone(name: DnsName, zone: HostedZone, settings: PlanSettings): Moves | undefined {
  if (!isFrozen(zone, settings)) return undefined;
  return refusedAt('frozen', name, zone, `the hosted zone ${zone.name} is frozen by zones.freeze of the config`);
}

/** The set identifier that all of the record sets have, if they have one. */
export function ofOneSet(records: readonly RecordSet[]): { readonly setIdentifier?: string } {
  const [first] = records;
  const id = first?.setIdentifier;
  return id !== undefined && records.every(one => one.setIdentifier === id) ? { setIdentifier: id } : {};
}

/** What stands at a name, apart by set identifier: each is somebody's by itself. */
export const bySetIdentifier = <T extends { readonly record: RecordSet }>(all: readonly T[]): T[][] => [
  ...groupBy(all, ({ record }) => record.setIdentifier ?? '').values(),
];

/** Whether an ownership record of another one leaves room for a record set: both have set identifiers, and they differ. */
export const leavesRoom = ({ txt }: Claim, record: RecordSet): boolean =>
  txt.setIdentifier !== undefined && record.setIdentifier !== undefined && !isSameIdentifier(txt, record);

export const typesOf = (records: readonly RecordSet[]) => [...new Set(records.map(({ type }) => type))].sort();
