import {
  type DnsName,
  isAddressType,
  type ManagedType,
  type OwnerId,
  type Reason,
  type RecordSet,
} from '../model/index.ts';
import { claimsOf, isOwnershipRecord, ownershipsIn, wildcardTwin } from '../registry/index.ts';
import { ownershipNameOf } from './change.ts';
import type { KeptRecord } from './conflict.ts';
import type { NameContext } from './context.ts';
import { type Current, recordsAt } from './current.ts';
import type { DesiredRecord } from './desired.ts';
import { otherMeaning } from './misread.ts';

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

/** What stands in the way of the desired records, without asking Route 53. */
export function whatBlocks(
  current: Current,
  desired: readonly DesiredRecord[],
  kept: readonly KeptRecord[],
  context: NameContext,
): Block[] {
  const types = new Set(desired.map(({ record }) => record.type));
  return [
    ...foreignBlocks(current, types, context),
    ...keptBlocks(current, kept, types),
    ...cnameBlocks(current, kept, types, context),
    ...reservedBlocks(current),
    ...twinBlocks(current.name, context),
    ...desired.flatMap(({ record }) => ownershipBlocks(record, context)),
    ...unmanagedBlocks(current.name, types, context),
    ...desired.flatMap(one => delegationBlocks(one, current, context)),
  ];
}

function foreignBlocks({ name, foreign }: Current, types: ReadonlySet<string>, { settings }: NameContext): Block[] {
  return foreign.flatMap(({ record, claim, unproven, misread }): Block[] => {
    const whole = isAddressType(record.type);
    if (isOwnershipRecord(record, settings.naming) || (!whole && !types.has(record.type))) return [];
    if (whole && ![...types].some(isAddressType)) return [];
    const why = unproven
      ? 'stood there before its ownership record, which no run wrote: force a run to take it over'
      : misread !== undefined
        ? `is left alone: ${misreadMessage(claim?.txt.name, misread)}`
        : `exists and ${claim ? `belongs to the owner "${claim.ownership.owner}"` : 'carries no ownership record'}: fairlead leaves it alone`;
    const message = `${name} ${record.type} ${why}`;
    const owner = unproven || misread !== undefined ? undefined : claim?.ownership.owner;
    return [
      {
        ...{ reason: 'not-owned', whole, message },
        ...(types.has(record.type) && { type: record.type }),
        ...(owner !== undefined && { owner }),
      },
    ];
  });
}

/** Why a record set is left alone whose ownership record is another one's. */
export const misreadMessage = (txt: DnsName | undefined, other: DnsName): string =>
  `its ownership record ${txt} may be that of ${other} under another naming. If registry.prefix, registry.suffix or registry.wildcardReplacement was changed, put it back; else remove by hand what is not wanted of ${txt} and ${other}`;

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
  types: ReadonlySet<string>,
  { settings }: NameContext,
): Block[] {
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
    const isForeign = foreign.some(({ record: { type } }) => type === 'CNAME');
    // Beside a foreign CNAME no address is made in any case.
    for (const type of [...types].filter(one => !(isForeign ? isAddressType(one) : one === 'CNAME')).sort()) {
      const message = `${name} ${type} is not published: ${name} has a CNAME, and DNS allows nothing beside it`;
      blocks.push({ reason: 'conflict', type, message });
    }
  }
  return blocks;
}

function reservedBlocks({ name, reserved, ours, foreign }: Current): Block[] {
  if (!reserved || ours.length > 0 || foreign.some(({ claim }) => claim)) return [];
  const message = `${name} is reserved by the ownership record ${reserved.txt.name} of the owner "${reserved.ownership.owner}"`;
  return [{ reason: 'conflict', whole: true, message, owner: reserved.ownership.owner }];
}

/** A wildcard and the name of its replacement have the same ownership records: only one of them can be published. */
function twinBlocks(name: DnsName, { view, settings }: NameContext): Block[] {
  const twin = wildcardTwin(name, settings.naming);
  if (twin === undefined || !recordsAt(twin, view).some(({ type }) => isAddressType(type))) return [];
  const message = `${name} would share its ownership records with ${twin}, which stands in the zone: choose another registry.wildcardReplacement`;
  return [{ reason: 'conflict', whole: true, message }];
}

/** Why the name of an ownership record cannot be used, if it cannot. */
function ownershipBlocks(record: RecordSet, context: NameContext): Block[] {
  if (context.settings.registry === 'noop') return [];
  const txtName = ownershipNameOf(record, context.view.zone, context.settings);
  const owner = reservedBy(txtName, context);
  const why =
    owner === undefined
      ? ownershipNameTaken(txtName, record.name, context)
      : `it is reserved by the ownership record ${txtName} of the owner "${owner}"; remove that record if nothing needs it any more`;
  if (why === undefined) return [];
  const message = `${record.name} ${record.type} is not published: ${why}`;
  return [{ reason: 'conflict', type: record.type, message, ...(owner !== undefined && { owner }) }];
}

/** The other owner whose ownership record stands where that of a record of ours would. */
function reservedBy(txtName: DnsName, { view, owners, settings }: NameContext): OwnerId | undefined {
  return recordsAt(txtName, view)
    .filter(({ type }) => type === 'TXT')
    .flatMap(record => ownershipsIn(record, settings.naming))
    .find(({ ownership }) => !owners.ours(ownership.owner))?.ownership.owner;
}

const MAKE_ROOM = 'remove it, or set registry.prefix to keep ownership records apart from hostnames';

function ownershipNameTaken(txtName: DnsName, name: DnsName, context: NameContext): string | undefined {
  const { view, settings } = context;
  const label = txtName.split('.').find(part => part.length > 63);
  if (label)
    return `the name of its ownership record, ${txtName}, has a label of more than 63 characters: shorten the hostname's first label, or set registry.prefix to one that ends with a dot`;
  if (txtName.length > 253) return `the name of its ownership record, ${txtName}, has more than 253 characters`;
  for (const record of recordsAt(txtName, view)) {
    if (record.type === 'CNAME') return `the name of its ownership record, ${txtName}, is a CNAME: ${MAKE_ROOM}`;
    if (record.type !== 'TXT') continue;
    if (ownershipsIn(record, settings.naming).length === 0)
      return `the name of its ownership record, ${txtName}, has a TXT record that is not an ownership record: ${MAKE_ROOM}`;
  }
  const claims = claimsOf(name, view.ownership, view.records, settings.naming);
  for (const claim of claims.filter(({ txt }) => txt.name === txtName)) {
    const other = otherMeaning(claim, name, context);
    if (other !== undefined) return misreadMessage(txtName, other);
  }
  return undefined;
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
