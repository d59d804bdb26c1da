import { isAddressType, type ObjectRef, type SharingMode } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { decidingClaims, objectOf, type StandingShare } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { desiredRecords } from '../desired/desired.ts';
import { isManaged, type PlanSettings, scopeOf } from '../settings.ts';
import { isMergeable } from './merging.ts';

interface Standing {
  readonly current: Current;
  readonly asking: readonly Candidate[];
  /** Those that could share it. */
  readonly addresses: readonly Candidate[];
  readonly standing: readonly StandingShare[];
}

/** A name, what is asked for there and what stands. */
export interface Name extends Standing, Sorted {
  /** How each of them wants to have it. */
  readonly mode: ReadonlyMap<Candidate, SharingMode>;
  /** Whose it is. */
  readonly claims: readonly Claim[];
}

export const isOf = (one: Candidate, { ownership }: Claim, { owners }: NameContext): boolean =>
  one.objects.some(object => owners.isOf(ownership, object));

/** Whether the object that an ownership record names asks for a set identifier. */
export const asks = (
  asking: readonly Candidate[],
  identifier: string | undefined,
  claim: Claim,
  context: NameContext,
): boolean =>
  identifier !== undefined &&
  asking.some(
    one => one.endpoints.some(({ setIdentifier }) => setIdentifier === identifier) && isOf(one, claim, context),
  );

/** How the name stands shared. */
export function before({ standing: [first] }: Pick<Name, 'standing'>): 'merge' | 'weighted' | undefined {
  return first && (first.owned.shares ? 'merge' : 'weighted');
}

/** How a name is had, and by whom. */
export interface Way {
  /** Undefined: what stands stays. */
  readonly mode: SharingMode | undefined;
  readonly lead: Candidate | undefined;
  readonly sharing: readonly Candidate[];
  /** It stands shared, and stays so whatever some of those who have a part want. */
  readonly goesOn: boolean;
  readonly isNear: (one: Candidate) => boolean;
}

export function wayOf(
  name: Name,
  context: NameContext,
  { refused, isBound }: { readonly refused: ReadonlySet<Candidate>; readonly isBound: boolean },
): Way {
  const { addresses, mode, standing, kept } = name;
  const stood = before(name);
  const wants = (one: Candidate) => (mode.get(one) === 'merge' && !isMergeable(one) ? 'first' : mode.get(one));
  const lead = leadOf(name, { goesOn: one => wants(one) === stood, refused }, context);
  const wanted = lead && wants(lead);
  const stays = isBound || kept.length > 0 || (stood === 'weighted' && wanted === 'first' && !canStandAlone(name));
  const way = stays ? stood : wanted;
  const scope = scopeAt(lead, kept, context.settings);
  const isNear = (one: Candidate) => one.objects.every(object => scopeOf(object, context.settings.merge) === scope);
  const goesOn = stood !== undefined && way === stood;
  const holds = (one: Candidate) => standing.some(({ claim }) => isOf(one, claim, context));
  // Whoever has something else of the name, and asks for no share, gets none because somebody who has one was not read.
  const joins = (one: Candidate) =>
    (one === lead && (kept.length === 0 || wants(one) === way)) || (mode.get(one) === way && isNear(one));
  const sharing = addresses.filter(one => (goesOn && holds(one)) || joins(one));
  return { mode: way, lead, sharing, goesOn, isNear };
}

function scopeAt(lead: Candidate | undefined, [kept]: readonly StandingShare[], settings: PlanSettings) {
  if (lead) return scopeOf(lead.objects[0] as ObjectRef, settings.merge);
  return kept && scopeOf(objectOf(kept.claim.ownership), settings.merge);
}

/**
 * What says at the name, or above it where nothing does, whose it is. What an object has by a set identifier of its own says
 * nothing of the rest of the name, unless it asks for that instead, and is near those who share it.
 */
export function claimsAt({ current, addresses, asking, standing }: Standing, context: NameContext): readonly Claim[] {
  const { ours, claims, name } = current;
  const { merge } = context.settings;
  const here = [
    ...ours.flatMap(owned => (isAddressType(owned.record.type) ? decidingClaims(owned) : [])),
    ...claims.filter(({ type }) => type === '' || isAddressType(type)),
  ];
  const all = here.length > 0 ? here : context.above(name).ours.flatMap(decidingClaims);
  const scopes = new Set(standing.map(({ claim }) => scopeOf(objectOf(claim.ownership), merge)));
  const turns = addresses.filter(one => one.objects.every(object => scopes.has(scopeOf(object, merge))));
  const isOwn = (claim: Claim) => {
    const { setIdentifier } = claim.txt;
    if (setIdentifier === undefined || setIdentifier === context.owners.partyOf(claim.ownership).cluster) return false;
    return asks(asking, setIdentifier, claim, context) || !turns.some(one => isOf(one, claim, context));
  };
  return [...new Set(all)].filter(claim => !isOwn(claim));
}

/** The object that has the name; the best, where nobody has it. Undefined: one that asks for it no more, or was not read. */
function leadOf(
  { addresses, claims, current }: Name,
  { goesOn, refused }: { goesOn: (one: Candidate) => boolean; refused: ReadonlySet<Candidate> },
  context: NameContext,
): Candidate | undefined {
  const { owners } = context;
  const weight = (one: Candidate) =>
    Math.max(
      0,
      ...current.ours.flatMap(({ record, claim }) => (isOf(one, claim, context) ? (record.routing?.weight ?? 0) : [])),
    );
  const isHolder = (one: Candidate) => claims.some(claim => isOf(one, claim, context));
  const possible = addresses
    .filter(one => isPublishable(one, current, context))
    .sort(
      (a, b) =>
        Number(goesOn(b)) - Number(goesOn(a)) ||
        Number(weight(b) > 0) - Number(weight(a) > 0) ||
        compareCandidates(a, b),
    );
  const holders = possible.filter(isHolder);
  // Whoever is to have alone what has IPv4 addresses has some, if one of those who share it does.
  const holder = holders.find(one => goesOn(one) || !isOnlyIPv6(one)) ?? holders[0];
  const isKept = claims.some(claim => {
    const asks = addresses.some(one => isOf(one, claim, context));
    return asks || owners.keeping(claim.ownership, current.name) !== undefined;
  });
  return holder ?? (isKept ? undefined : possible.find(one => !refused.has(one)));
}

const isOnlyIPv6 = ({ endpoints }: Candidate) => endpoints.every(({ type }) => type === 'AAAA');

/** Who could not publish anything is no lead. */
function isPublishable(candidate: Candidate, { name }: Current, { view, settings, typesAt }: NameContext): boolean {
  const made = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent: () => false });
  return 'message' in made
    ? false
    : made.some(({ record }) => record.name === name && isManaged(record.type, settings));
}

interface Sorted {
  /** Of objects that do not ask for the name, and keep what they have. */
  readonly kept: readonly StandingShare[];
  /** Of objects that have given the name up. */
  readonly gone: readonly StandingShare[];
}

export function sortStanding(
  standing: readonly StandingShare[],
  addresses: readonly Candidate[],
  { name }: Current,
  { owners }: NameContext,
): Sorted {
  const asks = ({ claim }: StandingShare) =>
    addresses.some(({ objects }) => objects.some(object => owners.isOf(claim.ownership, object)));
  const left = standing.filter(share => !asks(share));
  const isKept = ({ claim, owned }: StandingShare) => owners.keeping(claim.ownership, name, owned.record) !== undefined;
  return { kept: left.filter(isKept), gone: left.filter(share => !isKept(share)) };
}

/** Whether a simple record set could stand where shares by weight do. */
function canStandAlone({ current: { foreign, ours }, asking }: Name): boolean {
  const isOthers = foreign.some(({ record }) => isAddressType(record.type));
  const isRouted = asking.some(({ endpoints }) =>
    endpoints.some(({ type, setIdentifier }) => isAddressType(type) && setIdentifier !== undefined),
  );
  const other = ours.some(
    ({ record }) =>
      isAddressType(record.type) && record.setIdentifier !== undefined && record.routing?.weight === undefined,
  );
  return !isOthers && !isRouted && !other;
}
