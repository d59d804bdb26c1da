import {
  type DnsName,
  type Endpoint,
  type Finding,
  isAddressType,
  type ManagedType,
  type ObjectRef,
  type SharingMode,
} from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import { decidingClaims, objectOf, type StandingShare, standingShares } from '../current/shares.ts';
import { type Candidate, compareCandidates } from '../desired/candidates.ts';
import { desiredRecords } from '../desired/desired.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { PlanSettings } from '../settings.ts';
import { within } from '../zones/zone-filter.ts';
import { isMergeable, merge, saidOfUnfit, toldOutside } from './merging.ts';

/** What is asked for at a name, once clusters that share it do so. */
export interface Shared {
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
  /** Of the candidates' objects those that do not ask, and keep their part: they are told nothing. */
  readonly absent: ReadonlySet<ObjectRef>;
}

/** How the config has a name shared. */
export function sharingOf(name: DnsName, { sharing = [], registry }: PlanSettings): SharingMode {
  const mode = sharing.find(({ domains }) => domains.length === 0 || domains.some(one => within(name, one)))?.mode;
  return mode === undefined || (mode === 'merge' && registry === 'noop') ? 'first' : mode;
}

/** How an object wants to have a name: as it says itself, else as the config says. */
export const modeOfEndpoint = ({ name, sharing }: Endpoint, settings: PlanSettings): SharingMode =>
  sharing === undefined || (sharing === 'merge' && settings.registry === 'noop') ? sharingOf(name, settings) : sharing;

/**
 * Puts together what clusters ask for at a name that they share, or gives each a record set by weight. The one seam at
 * which other ways can be chosen.
 *
 * | the name                                                  | who shares it                                              |
 * |-----------------------------------------------------------|------------------------------------------------------------|
 * | is an object's, or free                                   | that object (the best), and those near it that want it the same way |
 * | is shared, and all who have a part were read              | they, as long as one wants that, and those near; else all of it changes |
 * | is shared, and one who has a part was not read, or waits  | it goes on as it is; who wants it so may join              |
 * | is that of an object which waits or was not read          | nobody: what stands stays                                  |
 *
 * Near are objects whose addresses `records.merge` puts together within a cluster: of the same namespace, of any, or of
 * the same name. So a tenant of another namespace has no part in a name. What an object says of itself counts for itself
 * alone: put together are those that all ask for it.
 */
export function shareName(current: Current, asking: readonly Candidate[], context: NameContext): Shared {
  const { settings, owners } = context;
  const alone: Shared = { candidates: asking, findings: [], absent: new Set() };
  const addresses = asking.filter(isOfAddress);
  const mode = new Map(addresses.map(one => [one, modeOf(one, settings)]));
  const standing = standingShares(current, owners);
  if (standing.length === 0 && [...mode.values()].every(one => one === 'first')) return alone;
  const claims = claimsAt(current, context);
  const name: Name = {
    current,
    asking,
    addresses,
    mode,
    standing,
    claims,
    ...sortStanding(standing, addresses, current, context),
  };
  const above = unreadAbove(name, context);
  if (above) return above;
  const way = wayOf(name, context);
  const { lead, sharing } = way;
  const told = ({ findings, ...shared }: Shared): Shared => ({
    ...shared,
    findings: [...toldOf(name, way, context), ...findings],
  });
  const holds = (one: Candidate) => claims.some(claim => isOf(one, claim, context));
  if (way.mode === 'merge') return told(merge({ ...name, sharing, holds }, context));
  if (way.mode === 'weighted') {
    const outside = addresses.filter(one => !sharing.includes(one) && !holds(one));
    return told(byWeight({ asking, sharing, outside }, context));
  }
  const sharers = addresses.filter(one => standing.some(({ claim }) => isOf(one, claim, context)));
  return told(lead && before(name) === 'weighted' ? endSharing({ asking, lead, sharers }, context) : alone);
}

/** A name, what is asked for there and what stands. */
interface Name extends Sorted {
  readonly current: Current;
  readonly asking: readonly Candidate[];
  /** Those that could share it. */
  readonly addresses: readonly Candidate[];
  /** How each of them wants to have it. */
  readonly mode: ReadonlyMap<Candidate, SharingMode>;
  readonly standing: readonly StandingShare[];
  /** Whose it is. */
  readonly claims: readonly Claim[];
}

const isOf = (one: Candidate, { ownership }: Claim, { owners }: NameContext): boolean =>
  one.objects.some(object => owners.isOf(ownership, object));

/** How the name stands shared. */
function before({ standing: [first] }: Pick<Name, 'standing'>): 'merge' | 'weighted' | undefined {
  return first && (first.owned.shares ? 'merge' : 'weighted');
}

/** How a name is had, and by whom. */
interface Way {
  /** Undefined: what stands stays. */
  readonly mode: SharingMode | undefined;
  readonly lead: Candidate | undefined;
  readonly sharing: readonly Candidate[];
  /** It stands shared, and stays so whatever some of those who have a part want. */
  readonly goesOn: boolean;
  readonly isNear: (one: Candidate) => boolean;
}

function wayOf(name: Name, context: NameContext): Way {
  const { addresses, mode, standing, kept } = name;
  const stood = before(name);
  const wants = (one: Candidate) => (mode.get(one) === 'merge' && !isMergeable(one) ? 'first' : mode.get(one));
  const lead = leadOf(name, one => wants(one) === stood, context);
  const wanted = lead && wants(lead);
  const isBound = kept.length > 0 || (stood === 'weighted' && wanted === 'first' && !canStandAlone(name));
  const way = isBound ? stood : wanted;
  const scope = scopeAt(lead, kept, context.settings);
  const isNear = (one: Candidate) => one.objects.every(object => scopeOf(object, context.settings) === scope);
  const goesOn = stood !== undefined && way === stood;
  const holds = (one: Candidate) => standing.some(({ claim }) => isOf(one, claim, context));
  const sharing = addresses.filter(
    one => (goesOn && holds(one)) || one === lead || (mode.get(one) === way && isNear(one)),
  );
  return { mode: way, lead, sharing, goesOn, isNear };
}

function scopeAt(lead: Candidate | undefined, [kept]: readonly StandingShare[], settings: PlanSettings) {
  if (lead) return scopeOf(lead.objects[0] as ObjectRef, settings);
  return kept && scopeOf(objectOf(kept.claim.ownership), settings);
}

function toldOf({ addresses, mode }: Name, way: Way, context: NameContext): Finding[] {
  const merging = addresses.filter(one => mode.get(one) === 'merge' && way.isNear(one));
  return [
    ...addresses.flatMap(one => disagreeing(one, context.settings)),
    ...(way.goesOn ? held(way, mode, context) : []),
    ...(way.mode === 'merge' ? [] : saidOfUnfit(merging, [], context.view.zone.id)),
  ];
}

/** In a zone that has nothing of a name yet, below one in which it is shared, it is published when all who have a part were read. */
function unreadAbove({ current, asking, addresses }: Name, context: NameContext): Shared | undefined {
  const { owners, view } = context;
  if (current.ours.length > 0 || current.claims.length > 0) return undefined;
  const { ours, zone } = context.above(current.name);
  const upper = { ...current, ours };
  const { kept } = sortStanding(standingShares(upper, owners), addresses, upper, context);
  if (kept.length === 0) return undefined;
  const message = `${current.name} is shared in ${zone?.name} (${zone?.id}), and is published here when all clusters that have a part of it were read`;
  return {
    candidates: asking.filter(one => !addresses.includes(one)),
    findings: addresses.flatMap(one => findingsOf(one, 'frozen', message, view.zone.id)),
    absent: new Set(),
  };
}

const isOfAddress = ({ endpoints }: Candidate) =>
  endpoints.every(({ type, setIdentifier }) => isAddressType(type) && setIdentifier === undefined);

/** The objects of a candidate have one way, or that of the config. */
function modeOf({ name, endpoints }: Candidate, settings: PlanSettings): SharingMode {
  const [first, ...others] = new Set(endpoints.map(endpoint => modeOfEndpoint(endpoint, settings)));
  return first !== undefined && others.length === 0 ? first : sharingOf(name, settings);
}

/** Those whose own word does not count, since others whose addresses are put together with theirs say another. */
function disagreeing(candidate: Candidate, settings: PlanSettings): Finding[] {
  const { name, endpoints } = candidate;
  const mode = modeOf(candidate, settings);
  const objects = new Set(
    endpoints.flatMap(one => (one.sharing && modeOfEndpoint(one, settings) !== mode ? one.object : [])),
  );
  const message = `${name}: fairlead.dev/sharing does not count, since the objects whose addresses are put together here (${listObjects(candidate.objects)}) do not all ask for the same`;
  return findingsOf({ name, objects: [...objects] }, 'warning', message);
}

/** What says at the name, or above it where nothing does, whose it is. */
function claimsAt(current: Current, context: NameContext): readonly Claim[] {
  const { ours, claims, name } = current;
  const here = [
    ...ours.flatMap(owned => (isAddressType(owned.record.type) ? decidingClaims(owned) : [])),
    ...claims.filter(({ type }) => type === '' || isAddressType(type)),
  ];
  const all = here.length > 0 ? here : context.above(name).ours.flatMap(decidingClaims);
  // What an object has by a set identifier of its own says nothing of the rest of the name.
  const isOwn = ({ txt: { setIdentifier }, ownership }: Claim) =>
    setIdentifier !== undefined && setIdentifier !== context.owners.partyOf(ownership).cluster;
  return [...new Set(all)].filter(claim => !isOwn(claim));
}

/** The object that has the name; the best, where nobody has it. Undefined: one that asks for it no more, or was not read. */
function leadOf(
  { addresses, claims, current }: Name,
  goesOn: (one: Candidate) => boolean,
  context: NameContext,
): Candidate | undefined {
  const { owners } = context;
  const weight = (one: Candidate) =>
    Math.max(
      0,
      ...current.ours.flatMap(({ record, claim }) => (isOf(one, claim, context) ? (record.routing?.weight ?? 0) : [])),
    );
  const possible = addresses
    .filter(one => isPublishable(one, current, context))
    .sort(
      (a, b) =>
        Number(goesOn(b)) - Number(goesOn(a)) ||
        Number(weight(b) > 0) - Number(weight(a) > 0) ||
        compareCandidates(a, b),
    );
  const holder = possible.find(one => claims.some(claim => isOf(one, claim, context)));
  const isKept = claims.some(claim => {
    const asks = addresses.some(one => isOf(one, claim, context));
    return asks || owners.keeping(claim.ownership, current.name) !== undefined;
  });
  return holder ?? (isKept ? undefined : possible[0]);
}

/** Who could not publish anything is no lead. */
function isPublishable(candidate: Candidate, { name }: Current, { view, settings, typesAt }: NameContext): boolean {
  const made = desiredRecords(candidate, { zone: view.zone, settings, typesAt, isPresent: () => false });
  return 'message' in made
    ? false
    : made.some(({ record }) => record.name === name && settings.types.includes(record.type as ManagedType));
}

interface Sorted {
  /** Of objects that do not ask for the name, and keep what they have. */
  readonly kept: readonly StandingShare[];
  /** Of objects that have given the name up. */
  readonly gone: readonly StandingShare[];
}

function sortStanding(
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

/** Objects whose addresses are put together within a cluster by `records.merge` are those that share, whatever the cluster. */
function scopeOf({ namespace, name }: ObjectRef, { merge }: PlanSettings): string {
  if (merge === 'cluster') return '';
  return merge === 'namespace' ? namespace : `${namespace}/${name}`;
}

/** Who wants to have the name another way is told why that is not so yet. */
function held(
  { sharing, mode: way }: Way,
  mode: ReadonlyMap<Candidate, SharingMode>,
  { view }: NameContext,
): Finding[] {
  return sharing.flatMap(one => {
    const wanted = mode.get(one);
    if (wanted === way) return [];
    const message = `${one.name} goes on being shared (${way}), and is not had otherwise (${wanted}) before all who have a part of it were read and ask for that`;
    return findingsOf(one, 'warning', message, view.zone.id);
  });
}

interface Weighing {
  readonly asking: readonly Candidate[];
  readonly sharing: readonly Candidate[];
  /** Those who have no part, and nothing at the name: another type of it is not theirs either. */
  readonly outside: readonly Candidate[];
}

function byWeight({ asking, sharing, outside }: Weighing, { settings, view }: NameContext): Shared {
  const candidates = asking.filter(one => !outside.includes(one));
  const having = listObjects(sharing.flatMap(({ objects }) => objects));
  const what = `is shared by weight, among ${having === '' ? 'objects that were not read' : having}`;
  return {
    candidates: candidates.map(one => (sharing.includes(one) ? weigh(one, settings) : one)),
    findings: toldOutside(outside, what, view.zone.id),
    absent: new Set(),
  };
}

/** `weighted`: a record set a cluster, which has the cluster's name. The weight is the largest of its objects', else the cluster's. */
function weigh(candidate: Candidate, { weights }: PlanSettings): Candidate {
  const { cluster, endpoints } = candidate;
  const own = endpoints.flatMap(({ weight }) => weight ?? []);
  const routing = { weight: own.length > 0 ? Math.max(...own) : (weights?.get(cluster) ?? 1) };
  return { ...candidate, endpoints: endpoints.map(one => ({ ...one, setIdentifier: cluster, routing })) };
}

/** `first` where shares by weight stand: the others give theirs up in the batch in which the first one's becomes simple. */
function endSharing(
  { asking, lead, sharers }: { asking: readonly Candidate[]; lead: Candidate; sharers: readonly Candidate[] },
  { view }: NameContext,
): Shared {
  const others = sharers.filter(one => one !== lead);
  const message = `${lead.name} is shared no more (sharing: first) and is published for ${listObjects(lead.objects)}`;
  return {
    candidates: asking.filter(one => !others.includes(one)),
    findings: others.flatMap(one => findingsOf(one, 'conflict', message, view.zone.id)),
    absent: new Set(),
  };
}
