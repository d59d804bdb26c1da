import { type DnsName, isAddressType, isSameIdentifier, policyOf, type RecordSet } from '../../model/index.ts';
import { type Claim, isOwnershipRecord, wildcardTwin } from '../../registry/index.ts';
import type { StayingRecord } from '../conflict/conflict.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { recordsAt } from '../current/zone-view.ts';
import type { DesiredRecord } from '../desired/desired.ts';
import { isManaged } from '../settings.ts';
import { unmetByOwnershipName } from './ownership-name.ts';
import { describeSet, misreadMessage, sealedMessage, type Unmet } from './unmet.ts';

/** What stands in the way of the desired records of one facet, without asking Route 53. */
export function unmetPreconditions(
  current: Current,
  desired: readonly DesiredRecord[],
  staying: readonly StayingRecord[],
  context: NameContext,
): Unmet[] {
  const records = desired.map(({ record }) => record);
  const types = new Set(records.map(({ type }) => type));
  return [
    ...unmetByForeign(current, records, context),
    ...unmetByStaying(current, staying, types),
    ...unmetByCname(current, staying, records, context),
    ...unmetByReserved(current, records),
    ...unmetByTwin(current.name, context),
    ...records.flatMap(record => unmetByOwnershipName(record, current, context)),
    ...unmetByUnmanaged(current.name, types, context),
    ...desired.flatMap(one => unmetByDelegation(one, current, context)),
  ];
}

/** Whether two record sets have set identifiers and policies by which they can be of one name and type, or of its types. */
const canShare = (a: RecordSet, b: RecordSet) =>
  !isSameIdentifier(a, b) && policyOf(a) !== 'simple' && policyOf(a) === policyOf(b);

function unmetByForeign({ name, foreign }: Current, desired: readonly RecordSet[], { settings }: NameContext): Unmet[] {
  return foreign.flatMap(({ record, claim, unproven, misread, sealed, beyond }): Unmet[] => {
    const whole = isAddressType(record.type);
    const concerned = desired.filter(({ type }) => (whole ? isAddressType(type) : type === record.type));
    if (isOwnershipRecord(record, settings.naming) || concerned.every(one => canShare(one, record))) return [];
    const why = beyond
      ? `${beyond}, which fairlead leaves alone`
      : unproven
        ? 'stood there before its ownership record, which no run wrote: force a run to take it over'
        : misread !== undefined
          ? `is left alone: ${misreadMessage(claim?.txt.name, misread)}`
          : sealed
            ? `is left alone: ${sealedMessage(claim?.txt.name)}`
            : `exists and ${claim ? `belongs to the owner "${claim.ownership.owner}"` : 'carries no ownership record'}: fairlead leaves it alone`;
    const message = `${name} ${record.type}${describeSet(record)} ${why}`;
    const same = desired.some(({ type }) => type === record.type);
    const owner = beyond || unproven || sealed || misread !== undefined ? undefined : claim?.ownership.owner;
    return [
      {
        ...{ reason: 'not-owned', whole, message },
        ...(same && { type: record.type }),
        ...(owner !== undefined && { owner }),
      },
    ];
  });
}

function unmetByStaying({ name }: Current, staying: readonly StayingRecord[], types: ReadonlySet<string>): Unmet[] {
  return staying
    .filter(({ owned: { record } }) => types.has(record.type))
    .map(({ owned: { record }, message, keeping }) => ({
      reason: keeping && keeping.why !== 'waiting' ? 'frozen' : 'conflict',
      type: record.type,
      message: `${name} ${record.type} is left as it is: ${message}`,
    }));
}

/** A CNAME can stand beside nothing (RFC 1034, 3.6.2): neither in the one direction nor in the other. */
function unmetByCname(
  { name, foreign, ours }: Current,
  staying: readonly StayingRecord[],
  desired: readonly RecordSet[],
  { settings }: NameContext,
): Unmet[] {
  const types = new Set(desired.map(({ type }) => type));
  // What the change itself may replace is no obstacle.
  const isFixed = ({ type }: RecordSet) => !isAddressType(type) || !isManaged(type, settings);
  const fixed = [
    ...foreign.map(({ record }) => record),
    ...staying.map(({ owned }) => owned.record),
    ...ours.map(({ record }) => record).filter(isFixed),
  ];
  const others = [...new Set(fixed.map(({ type }) => type))].sort();
  const unmet: Unmet[] = [];
  if (types.has('CNAME') && others.some(type => type !== 'CNAME')) {
    const beside = others.filter(type => type !== 'CNAME').join(', ');
    const message = `${name} also has ${beside} records, and DNS allows nothing beside a CNAME`;
    unmet.push({ reason: 'conflict', type: 'CNAME', whole: true, message });
  }
  if (others.includes('CNAME')) {
    const cnames = foreign.map(({ record }) => record).filter(({ type }) => type === 'CNAME');
    const isForeign = cnames.length > 0;
    const joins = isForeign && cnames.every(one => desired.every(record => canShare(one, record)));
    // Beside a foreign CNAME no address is made in any case, unless both have set identifiers.
    const isBarred = (type: string) => type !== 'CNAME' && (!isForeign || joins || !isAddressType(type));
    for (const type of [...types].filter(isBarred).sort()) {
      const message = `${name} ${type} is not published: ${name} has a CNAME, and DNS allows nothing beside it`;
      unmet.push({ reason: 'conflict', type, message });
    }
  }
  return unmet;
}

function unmetByReserved({ name, reserved, ours, foreign }: Current, desired: readonly RecordSet[]): Unmet[] {
  const bars = ({ txt }: Claim) => desired.some(record => !canShare(record, txt));
  const isHere = ({ record }: { readonly record: RecordSet }) => desired.some(one => isSameIdentifier(one, record));
  const by = reserved.find(bars);
  if (!by || ours.some(isHere) || foreign.some(one => one.claim && isHere(one))) return [];
  const message = `${name} is reserved by the ownership record ${by.txt.name} of the owner "${by.ownership.owner}"`;
  return [{ reason: 'conflict', whole: true, message, owner: by.ownership.owner }];
}

/** A wildcard and the name of its replacement have the same ownership records: only one of them can be published. */
function unmetByTwin(name: DnsName, { view, settings }: NameContext): Unmet[] {
  const twin = wildcardTwin(name, settings.naming);
  if (twin === undefined || !recordsAt(twin, view).some(({ type }) => isAddressType(type))) return [];
  const message = `${name} would share its ownership records with ${twin}, which stands in the zone: choose another registry.wildcardReplacement`;
  return [{ reason: 'conflict', whole: true, message }];
}

/** A new delegation takes the names of others out of the world's sight: see `hidesIn`. */
function unmetByDelegation({ record, object }: DesiredRecord, { ours }: Current, { hides }: NameContext): Unmet[] {
  if (record.type !== 'NS' || ours.some(owned => owned.record.type === 'NS')) return [];
  const hidden = hides(record.name, object);
  if (hidden === undefined) return [];
  const message = `${record.name} NS is not published: the world would ask other name servers for ${hidden}, which others than the namespace "${object.namespace}" have or ask for here; they must go first`;
  return [{ reason: 'conflict', type: 'NS', message }];
}

/** A type that `records.types` leaves out is not published, and what stands of it is not touched. */
function unmetByUnmanaged(name: DnsName, types: ReadonlySet<string>, { settings }: NameContext): Unmet[] {
  return [...types]
    .filter(type => !isManaged(type, settings))
    .sort()
    .map(type => ({
      reason: 'filtered',
      type,
      message: `${name} ${type} is not published: records.types leaves it out`,
    }));
}
