import type { DnsName, HostedZone, NameChange, ObjectRef, Ownership, Party, RecordSet } from '../../model/index.ts';
import { objectIn, recordId, resourceOf, sharesTtl } from '../../model/index.ts';
import { type Claim, decidingClaim, ownershipName, writeOwnership } from '../../registry/index.ts';
import type { NameContext, PlannedChange } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { recordsAt } from '../current/zone-view.ts';
import type { PlanSettings } from '../settings.ts';
import type { Delta } from './diff.ts';
import { witnessesOf } from './witnesses.ts';

/** TTL of ownership records in seconds, as ExternalDNS writes them. */
export const OWNERSHIP_TTL = 300;

export interface Composition {
  readonly current: Current;
  readonly deltas: readonly Delta[];
  /** Whose the name is afterwards, or was. */
  readonly party: Party;
  readonly objects: readonly ObjectRef[];
  /** Ownership records that decide over nothing and must not go with this change. */
  readonly spared?: readonly Claim[];
  /** Set where the change is about the record sets of this set identifier alone. */
  readonly setIdentifier?: string;
}

/**
 * Makes the change of one name whole: the record sets of `deltas` and every ownership record that they need or leave
 * behind, so that neither a record without ownership nor an ownership record without record remains.
 *
 * - A record set written anew gets an ownership record in the current format, deleted and created again even where it
 *   stays the same: the batch then fails if somebody else has taken the ownership meanwhile.
 * - An ownership record of ours whose record set goes or is replaced goes, unless another one that stays needs it; one that
 *   decides over nothing goes if it is a plain leftover.
 * - Other values in the TXT of one that goes are somebody's: they are written back.
 * - One that decided under a naming of before is written back as it is: had another owner taken it, the batch would fail.
 */
export function composeChange(composition: Composition, context: NameContext): PlannedChange {
  const { current, deltas, party, objects } = composition;
  const fresh = freshOwnership(composition, context);
  const leaving = leavingClaims(composition, fresh, context);
  const going = uniqueSets(leaving.map(({ txt }) => txt));
  const witnesses = witnessesOf(deltas, [...going, ...fresh.values()], current, context);
  const creates = [
    ...deltas.flatMap(({ after }) => (after ? [after.record] : [])),
    ...withOtherValues(leaving, fresh),
    ...witnesses,
  ];
  const deletes = [...deltas.flatMap(({ before }) => (before ? [before.record] : [])), ...going, ...witnesses];
  const former = (deltas.find(({ before }) => before)?.before?.claim ?? leaving[0])?.ownership;
  const isShared = deltas.some(({ before, after }) => before?.shares && after);
  const isOther =
    !isShared && former?.resource !== undefined && !objects.some(object => context.owners.isOf(former, object));
  const change: NameChange = {
    name: current.name,
    ...(composition.setIdentifier && { setIdentifier: composition.setIdentifier }),
    action: actionOf(deltas),
    deletes: deletes.sort(byId),
    creates: creates.sort(byId),
    ...party,
    objects,
    ...(isOther && formerOf(former, context)),
  };
  const losing = [...new Set(deltas.flatMap(losingOf))];
  return { change, claims: [...new Set([...losing, ...leaving])], losing };
}

/** Whose record set is taken away or replaced; of one that several clusters have together whose part. */
function losingOf({ before, after }: Delta): readonly Claim[] {
  if (!before?.shares) return before ? [before.claim] : [];
  const values = new Set(after?.record.values);
  return before.shares.filter(({ ownership }) => !ownership.share?.every(address => values.has(address)));
}

function formerOf(ownership: Ownership, { owners }: NameContext): Pick<NameChange, 'formerly' | 'former'> {
  const { cluster } = owners.partyOf(ownership);
  const object = objectIn(ownership.resource ?? '');
  return {
    formerly: describeOwnership(ownership),
    ...(cluster !== undefined && object && { former: { cluster, ...object } }),
  };
}

const describeOwnership = ({ cluster, resource }: Ownership) =>
  cluster === undefined ? `${resource}` : `${cluster}: ${resource}`;

function actionOf(deltas: readonly Delta[]): NameChange['action'] {
  if (deltas.every(({ after }) => !after)) return 'delete';
  return deltas.every(({ before }) => !before) ? 'create' : 'update';
}

/** The ownership records that the desired record sets need, by identity. */
function freshOwnership({ deltas, current }: Composition, { view, settings, owners }: NameContext) {
  const fresh = new Map<string, RecordSet>();
  if (settings.registry === 'noop') return fresh;
  const replaced = new Set(deltas.flatMap(({ before }) => before?.claim.txt ?? []));
  const labelled = current.claims.some(({ ownership }) => ownership.cluster !== undefined);
  for (const { after } of deltas) {
    if (!after) continue;
    const { record, owner, object, together } = after;
    const label = (owners.shared(owner) || labelled) && { cluster: object.cluster };
    const ownerships = together ?? [{ owner, resource: resourceOf(object), ...label }];
    const name = ownershipName(record.name, record.type, view.zone.name, settings.naming);
    const values = ownerships.map(ownership => writeOwnership(ownership, name, settings.naming));
    const txt = ownershipRecord(record, { name, values }, recordsAt(name, view), replaced);
    fresh.set(recordId(txt), txt);
  }
  return fresh;
}

/**
 * The ownership record of a record set: with its set identifier, routing and health check, without which Route 53 takes no primary.
 * @param standing what stands at its name; `replaced` goes
 */
export function ownershipRecord(
  { setIdentifier, routing, healthCheckId }: RecordSet,
  { name, values }: { readonly name: DnsName; readonly values: readonly string[] },
  standing: readonly RecordSet[],
  replaced: ReadonlySet<RecordSet>,
): RecordSet {
  return {
    name,
    type: 'TXT',
    ...(setIdentifier !== undefined && { setIdentifier }),
    ...(routing && { routing }),
    ...(healthCheckId !== undefined && { healthCheckId }),
    ttl: routing?.weight === undefined ? OWNERSHIP_TTL : weightedTtl(standing, replaced),
    values,
  };
}

/** Of weighted ownership records, too, all of one name have one TTL: that of those which stay. */
function weightedTtl(standing: readonly RecordSet[], replaced: ReadonlySet<RecordSet>): number {
  const staying = standing.find(one => one.type === 'TXT' && sharesTtl(one) && !replaced.has(one));
  return staying?.ttl ?? OWNERSHIP_TTL;
}

function leavingClaims(
  { current, deltas, spared = [] }: Composition,
  fresh: ReadonlyMap<string, RecordSet>,
  { isLeftover, settings }: NameContext,
): Claim[] {
  // Without a registry ownership records are neither written nor removed.
  if (settings.registry === 'noop') return [];
  const replaced = new Set(deltas.map(({ before }) => before));
  const decides = (claim: Claim, owned: OwnedRecord) =>
    decidingClaim(owned.record, current.claims) === claim || owned.shares?.includes(claim) === true;
  const isNeeded = (claim: Claim) => current.ours.some(owned => !replaced.has(owned) && decides(claim, owned));
  const wasNeeded = (claim: Claim) => current.ours.some(owned => replaced.has(owned) && decides(claim, owned));
  return current.claims.filter(claim => {
    if (fresh.has(recordId(claim.txt))) return true;
    if (isNeeded(claim) || spared.includes(claim)) return false;
    return wasNeeded(claim) || isLeftover(claim);
  });
}

/** The new ownership records, and what else stands in the TXT of the old ones: that is somebody's, and is written back. */
export function withOtherValues(leaving: readonly Claim[], fresh: ReadonlyMap<string, RecordSet>): RecordSet[] {
  const written = new Map(fresh);
  for (const txt of uniqueSets(leaving.map(claim => claim.txt))) {
    const others = (txt.values ?? []).filter(
      value => !leaving.some(claim => claim.txt === txt && claim.value === value),
    );
    if (others.length === 0) continue;
    const id = recordId(txt);
    written.set(id, {
      ...txt,
      ...fresh.get(id),
      ttl: txt.ttl ?? OWNERSHIP_TTL,
      values: [...(fresh.get(id)?.values ?? []), ...others],
    });
  }
  return [...written.values()];
}

export const uniqueSets = (records: readonly RecordSet[]) => [
  ...new Map(records.map(record => [recordId(record), record])).values(),
];

export const byId = (a: RecordSet, b: RecordSet) => (recordId(a) < recordId(b) ? -1 : 1);

/**
 * Writes the ownership records of a name anew, with a text that differs in nothing but its `renewal`: the swap of a run that
 * was overtaken names the old text, and fails.
 */
export function renewOwnership(
  name: DnsName,
  claims: readonly Claim[],
  { owners, settings }: NameContext,
): PlannedChange {
  const renewed = ({ txt, value, ownership }: Claim): RecordSet => {
    const next = { ...ownership, renewal: (ownership.renewal ?? 0) + 1 };
    const fresh = writeOwnership(next, txt.name, settings.naming);
    return { ...txt, values: (txt.values ?? []).map(other => (other === value ? fresh : other)) };
  };
  const [first] = claims as [Claim];
  const change: NameChange = {
    name,
    action: 'update',
    deletes: claims.map(({ txt }) => txt).sort(byId),
    creates: claims.map(renewed).sort(byId),
    ...owners.partyOf(first.ownership),
    objects: [],
  };
  return { change, claims, losing: claims };
}

/** The name of the ownership record that a desired record set needs. */
export function ownershipNameOf(record: RecordSet, zone: HostedZone, settings: Pick<PlanSettings, 'naming'>): DnsName {
  return ownershipName(record.name, record.type, zone.name, settings.naming);
}
