import {
  conflictOf,
  type DnsName,
  isSameIdentifier,
  isSameSet,
  type OwnerId,
  type RecordSet,
} from '../../model/index.ts';
import { claimsOf, ownershipsIn } from '../../registry/index.ts';
import { ownershipNameOf } from '../change/change.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { otherMeaning } from '../current/misread.ts';
import { recordsAt } from '../current/zone-view.ts';
import { describeSet, misreadMessage, type Unmet } from './unmet.ts';

/** Why the name of an ownership record cannot be used, if it cannot. */
export function unmetByOwnershipName(record: RecordSet, current: Current, context: NameContext): Unmet[] {
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
export const stands = (record: RecordSet, txt: RecordSet) =>
  !isSameIdentifier(record, txt) && conflictOf(txt, record) === undefined;

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
    // What has another set identifier, and the same policy, is somebody's beside it, whatever it says.
    if (record.type !== 'TXT' || stands(record, txt)) continue;
    if (ownershipsIn(record, settings.naming).length === 0)
      return `the name of its ownership record, ${txt.name}, has a TXT record that is not an ownership record: ${MAKE_ROOM}`;
    if (!isSameIdentifier(record, txt) && isStray(record, current, context))
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
function isStray(txt: RecordSet, { ours, foreign, claims }: Current, { isLeftover }: NameContext): boolean {
  const left = foreign.filter(({ beyond }) => beyond !== undefined);
  const decides = [...ours, ...left].some(({ claim }) => claim?.txt === txt);
  return !decides && !claims.some(claim => claim.txt === txt && isLeftover(claim));
}
