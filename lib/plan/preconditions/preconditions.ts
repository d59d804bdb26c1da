import {
  clashOf,
  type DnsName,
  isAddressType,
  isSameIdentifier,
  isSameSet,
  type ManagedType,
  type OwnerId,
  policyOf,
  type Reason,
  type RecordSet,
} from '../../model/index.ts';
import { type Claim, claimsOf, isOwnershipRecord, ownershipsIn, wildcardTwin } from '../../registry/index.ts';
import { ownershipNameOf } from '../change/change.ts';
import type { KeptRecord } from '../conflict/conflict.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { otherMeaning } from '../current/misread.ts';
import { recordsAt } from '../current/zone-view.ts';
import type { DesiredRecord } from '../desired/desired.ts';

/** Something that stands in the way of a desired record. */
export interface Block {
  readonly reason: Reason;
  readonly message: string;
  /** The other owner whose ownership record stands in the way. */
  readonly owner?: OwnerId;
  /** The record type that cannot be written; absent: every type of an address. */
  readonly type?: string;
  /** Nothing may be created at the name; what is ours there may still be updated. */
  readonly whole?: boolean;
}

/** What stands in the way of the desired records of one facet, without asking Route 53. */
export function whatBlocks(
  current: Current,
  desired: readonly DesiredRecord[],
  kept: readonly KeptRecord[],
  context: NameContext,
): Block[] {
  const records = desired.map(({ record }) => record);
  const types = new Set(records.map(({ type }) => type));
  return [
    ...foreignBlocks(current, records, context),
    ...keptBlocks(current, kept, types),
    ...cnameBlocks(current, kept, records, context),
    ...reservedBlocks(current, records),
    ...twinBlocks(current.name, context),
    ...records.flatMap(record => ownershipBlocks(record, current, context)),
    ...unmanagedBlocks(current.name, types, context),
    ...desired.flatMap(one => delegationBlocks(one, current, context)),
  ];
}

/** Whether two record sets have set identifiers and policies by which they can be of one name and type, or of its types. */
const canShare = (a: RecordSet, b: RecordSet) =>
  !isSameIdentifier(a, b) && policyOf(a) !== 'simple' && policyOf(a) === policyOf(b);

function foreignBlocks({ name, foreign }: Current, desired: readonly RecordSet[], { settings }: NameContext): Block[] {
  return foreign.flatMap(({ record, claim, unproven, misread, sealed }): Block[] => {
    const whole = isAddressType(record.type);
    const concerned = desired.filter(({ type }) => (whole ? isAddressType(type) : type === record.type));
    if (isOwnershipRecord(record, settings.naming) || concerned.every(one => canShare(one, record))) return [];
    const why = unproven
      ? 'stood there before its ownership record, which no run wrote: force a run to take it over'
      : misread !== undefined
        ? `is left alone: ${misreadMessage(claim?.txt.name, misread)}`
        : sealed
          ? `is left alone: ${sealedMessage(claim?.txt.name)}`
          : `exists and ${claim ? `belongs to the owner "${claim.ownership.owner}"` : 'carries no ownership record'}: fairlead leaves it alone`;
    const message = `${name} ${record.type}${describeSet(record)} ${why}`;
    const same = desired.some(({ type }) => type === record.type);
    const owner = unproven || sealed || misread !== undefined ? undefined : claim?.ownership.owner;
    return [
      {
        ...{ reason: 'not-owned', whole, message },
        ...(same && { type: record.type }),
        ...(owner !== undefined && { owner }),
      },
    ];
  });
}

const describeSet = ({ setIdentifier }: RecordSet) => (setIdentifier === undefined ? '' : ` "${setIdentifier}"`);

/** Why a record set is left alone whose ownership record is another one's. */
export const misreadMessage = (txt: DnsName | undefined, other: DnsName): string =>
  `its ownership record ${txt} may be that of ${other} under another naming. If registry.prefix, registry.suffix or registry.wildcardReplacement was changed, put it back; else remove by hand what is not wanted of ${txt} and ${other}`;

/** Why a record set is left alone of which somebody has a part that cannot be told. */
export const sealedMessage = (txt: DnsName | undefined): string =>
  `others have a part of it, which its ownership record ${txt} names in a text that registry.encryptionKey has no key for`;

function keptBlocks({ name }: Current, kept: readonly KeptRecord[], types: ReadonlySet<string>): Block[] {
  return kept
    .filter(({ owned: { record } }) => types.has(record.type))
    .map(({ owned: { record }, message, keeping }) => ({
      reason: keeping && keeping.why !== 'waiting' ? 'frozen' : 'conflict',
      type: record.type,
      message: `${name} ${record.type} is left as it is: ${message}`,
    }));
}

/** A CNAME can stand beside nothing (RFC 1034, 3.6.2): neither in the one direction nor in the other. */
function cnameBlocks(
  { name, foreign, ours }: Current,
  kept: readonly KeptRecord[],
  desired: readonly RecordSet[],
  { settings }: NameContext,
): Block[] {
  const types = new Set(desired.map(({ type }) => type));
  // What the change itself may replace is no obstacle.
  const isFixed = ({ type }: RecordSet) => !isAddressType(type) || !settings.types.includes(type as ManagedType);
  const staying = [
    ...foreign.map(({ record }) => record),
    ...kept.map(({ owned }) => owned.record),
    ...ours.map(({ record }) => record).filter(isFixed),
  ];
  const others = [...new Set(staying.map(({ type }) => type))].sort();
  const blocks: Block[] = [];
  if (types.has('CNAME') && others.some(type => type !== 'CNAME')) {
    const beside = others.filter(type => type !== 'CNAME').join(', ');
    const message = `${name} also has ${beside} records, and DNS allows nothing beside a CNAME`;
    blocks.push({ reason: 'conflict', type: 'CNAME', whole: true, message });
  }
  if (others.includes('CNAME')) {
    const cnames = foreign.map(({ record }) => record).filter(({ type }) => type === 'CNAME');
    const isForeign = cnames.length > 0;
    const joins = isForeign && cnames.every(one => desired.every(record => canShare(one, record)));
    // Beside a foreign CNAME no address is made in any case, unless both have set identifiers.
    const isBarred = (type: string) => type !== 'CNAME' && (!isForeign || joins || !isAddressType(type));
    for (const type of [...types].filter(isBarred).sort()) {
      const message = `${name} ${type} is not published: ${name} has a CNAME, and DNS allows nothing beside it`;
      blocks.push({ reason: 'conflict', type, message });
    }
  }
  return blocks;
}

function reservedBlocks({ name, reserved, ours, foreign }: Current, desired: readonly RecordSet[]): Block[] {
  const bars = ({ txt }: Claim) => desired.some(record => !canShare(record, txt));
  const isHere = ({ record }: { readonly record: RecordSet }) => desired.some(one => isSameIdentifier(one, record));
  const by = reserved.find(bars);
  if (!by || ours.some(isHere) || foreign.some(one => one.claim && isHere(one))) return [];
  const message = `${name} is reserved by the ownership record ${by.txt.name} of the owner "${by.ownership.owner}"`;
  return [{ reason: 'conflict', whole: true, message, owner: by.ownership.owner }];
}

/** A wildcard and the name of its replacement have the same ownership records: only one of them can be published. */
function twinBlocks(name: DnsName, { view, settings }: NameContext): Block[] {
  const twin = wildcardTwin(name, settings.naming);
  if (twin === undefined || !recordsAt(twin, view).some(({ type }) => isAddressType(type))) return [];
  const message = `${name} would share its ownership records with ${twin}, which stands in the zone: choose another registry.wildcardReplacement`;
  return [{ reason: 'conflict', whole: true, message }];
}

/** Why the name of an ownership record cannot be used, if it cannot. */
function ownershipBlocks(record: RecordSet, current: Current, context: NameContext): Block[] {
  if (context.settings.registry === 'noop') return [];
  const txtName = ownershipNameOf(record, context.view.zone, context.settings);
  const txt: RecordSet = { ...record, name: txtName, type: 'TXT' };
  const owner = reservedBy(txt, context);
  const why =
    owner === undefined
      ? (unusable(txtName) ?? ownershipNameTaken(txt, current, context))
      : `it is reserved by the ownership record ${txtName} of the owner "${owner}"; remove that record if nothing needs it any more`;
  if (why === undefined) return [];
  const message = `${record.name} ${record.type} is not published: ${why}`;
  return [{ reason: 'conflict', type: record.type, message, ...(owner !== undefined && { owner }) }];
}

/** The other owner whose ownership record stands where that of a record of ours would, or could not stand beside it. */
function reservedBy(txt: RecordSet, { view, owners, settings }: NameContext): OwnerId | undefined {
  return recordsAt(txt.name, view)
    .filter(record => record.type === 'TXT' && !stands(record, txt))
    .flatMap(record => ownershipsIn(record, settings.naming))
    .find(({ ownership }) => !owners.ours(ownership.owner))?.ownership.owner;
}

/** Whether an ownership record that stands leaves room for another one. */
const stands = (record: RecordSet, txt: RecordSet) =>
  !isSameIdentifier(record, txt) && clashOf(txt, record) === undefined;

const MAKE_ROOM = 'remove it, or set registry.prefix to keep ownership records apart from hostnames';

function unusable(txtName: DnsName): string | undefined {
  const label = txtName.split('.').find(part => part.length > 63);
  if (label)
    return `the name of its ownership record, ${txtName}, has a label of more than 63 characters: shorten the hostname's first label, or set registry.prefix to one that ends with a dot`;
  if (txtName.length > 253) return `the name of its ownership record, ${txtName}, has more than 253 characters`;
  return undefined;
}

/** @param txt the ownership record that is to stand, with the set identifier and the routing of its record */
function ownershipNameTaken(txt: RecordSet, current: Current, context: NameContext): string | undefined {
  const { view, settings } = context;
  const { name } = current;
  for (const record of recordsAt(txt.name, view)) {
    if (record.type === 'CNAME') return `the name of its ownership record, ${txt.name}, is a CNAME: ${MAKE_ROOM}`;
    if (record.type !== 'TXT') continue;
    if (ownershipsIn(record, settings.naming).length === 0)
      return `the name of its ownership record, ${txt.name}, has a TXT record that is not an ownership record: ${MAKE_ROOM}`;
    if (!isSameIdentifier(record, txt) && !stands(record, txt) && isStray(record, current, context))
      return `an ownership record of another routing stands at ${txt.name}${describeSet(record)}, and fits no record set: remove it by hand`;
  }
  const claims = claimsOf(name, view.ownership, view.records, settings.naming);
  for (const claim of claims.filter(one => isSameSet(one.txt, txt))) {
    const other = otherMeaning(claim, name, context);
    if (other !== undefined) return misreadMessage(txt.name, other);
  }
  return undefined;
}

/** Whether an ownership record goes with no change of the name: it decides over nothing, and is no plain leftover. */
function isStray(txt: RecordSet, { ours, claims }: Current, { isLeftover }: NameContext): boolean {
  const decides = ours.some(({ claim }) => claim.txt === txt);
  return !decides && !claims.some(claim => claim.txt === txt && isLeftover(claim));
}

/** A new delegation takes the names of others out of the world's sight: see `hidesIn`. */
function delegationBlocks({ record, object }: DesiredRecord, { ours }: Current, { hides }: NameContext): Block[] {
  if (record.type !== 'NS' || ours.some(owned => owned.record.type === 'NS')) return [];
  const hidden = hides(record.name, object);
  if (hidden === undefined) return [];
  const message = `${record.name} NS is not published: the world would ask other name servers for ${hidden}, which others than the namespace "${object.namespace}" have or ask for here; they must go first`;
  return [{ reason: 'conflict', type: 'NS', message }];
}

/** A type that `records.types` leaves out is not published, and what stands of it is not touched. */
function unmanagedBlocks(name: DnsName, types: ReadonlySet<string>, { settings }: NameContext): Block[] {
  return [...types]
    .filter(type => !settings.types.includes(type as ManagedType))
    .sort()
    .map(type => ({
      reason: 'filtered',
      type,
      message: `${name} ${type} is not published: records.types leaves it out`,
    }));
}
