import { groupBy } from '../../group.ts';
import type { DnsName, Finding, ManagedType, ObjectRef, Party, Reason } from '../../model/index.ts';
import { sameRecord } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import { partyKey } from '../brakes/brakes.ts';
import { composeChange, renewOwnership } from '../change/change.ts';
import { type Delta, diff, POLICIES } from '../change/diff.ts';
import { findingsOf, firstKeeps, type KeptRecord, type Offer } from '../conflict/conflict.ts';
import { unowned } from '../conflict/unowned.ts';
import type { NameContext, PlannedChange } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import type { Candidate } from '../desired/candidates.ts';
import type { DesiredRecord } from '../desired/desired.ts';
import { type Facet, facetOf, facetOfCandidate } from '../desired/facets.ts';
import type { Keeping } from '../owners/owners.ts';
import { type Block, misreadMessage, sealedMessage, whatBlocks } from '../preconditions/preconditions.ts';
import { isAwaited, type Settled, settleRouting } from '../routing/routing.ts';
import { withoutDrained } from '../sharing/drained.ts';
import { shareName } from '../sharing/sharing.ts';
import { ofOneSet, togetherParts } from './together.ts';

/** The plan of one name in one zone. */
export interface NamePlan {
  /** One; of a name that nobody asks for one for each party that had record sets there. */
  readonly changes: readonly PlannedChange[];
  readonly findings: readonly Finding[];
  /** Why something of ours is kept though nobody asks for it, to be told once for many names. */
  readonly keeping?: Keeping;
  /** What is kept is a part of the name alone: objects ask for the rest. */
  readonly partly?: boolean;
  /** Ownership records of ours that fit no record set and stay: what they are is not known. */
  readonly stray: readonly Claim[];
}

/** Plans one name: who has it, what should stand there, what may be done about it. Pure. */
export function planName(current: Current, asking: readonly Candidate[], around: NameContext): NamePlan {
  const shared = shareName(current, asking, around);
  if (shared.candidates.length === 0) {
    const undesired = planUndesired(current, around);
    return { ...undesired, findings: [...shared.findings, ...undesired.findings] };
  }
  const { candidates, context, gives, adopted, ...settled } = settleRouting(current, shared.candidates, around);
  const facets = new Set([...candidates.map(facetOfCandidate), ...current.ours.map(({ record }) => facetOf(record))]);
  const possible = withoutMixedCname(
    [...facets].sort().map(facet => planFacet(facet, { whole: current, candidates, gives, adopted }, context)),
    current,
    context,
  );
  const { parts, ...drained } = withoutDrained(possible, current, candidates, context);
  const isTold = ({ object }: Finding) => object === undefined || !shared.absent.has(object);
  const all = [...shared.findings, ...settled.findings, ...parts.flatMap(part => part.findings), ...drained.findings];
  const findings = all.filter(isTold);
  const [keeping] = parts.flatMap(part => part.keeping ?? []);
  const left = keeping ? undefined : leftBehind(current, context);
  const told = { findings, ...(keeping && { keeping }), ...(left && { keeping: left, partly: true }) };
  const asked = parts.map(part => ({ ...part, objects: part.objects.filter(one => !shared.absent.has(one)) }));
  const changes = togetherParts(asked).flatMap((together, i) => changeOf(together, i === 0, current, context));
  return { changes, ...told, stray: changes.length === 0 ? strayClaims(current, context) : [] };
}

/** Why a part of a name stays of which the object can be read no more, until a person says so. */
function leftBehind({ name, ours }: Current, { owners }: NameContext): Keeping | undefined {
  return ours
    .flatMap(owned => decidingClaims(owned).map(({ ownership }) => owners.keeping(ownership, name, owned.record)))
    .find(keeping => keeping?.why === 'departed' || keeping?.why === 'unlisted');
}

/** The change of parts that go together. Ownership records that decide over nothing go with the first of the name. */
function changeOf(
  parts: readonly FacetPlan[],
  first: boolean,
  current: Current,
  context: NameContext,
): PlannedChange[] {
  const deltas = parts.flatMap(part => part.deltas);
  const creating = parts.filter(part => part.deltas.some(({ after }) => after));
  const [party] = [...creating, ...parts].flatMap(part => part.party ?? []);
  if (deltas.length === 0 || !party) return [];
  const objects = parts.flatMap(part => part.objects);
  const spared = first ? [] : idleClaims(current);
  return [composeChange({ current, deltas, party, objects, spared, ...ofOneSet(deltas) }, context)];
}

/** A change that says nothing new: the ownership records of a name, as far as they are in step, get another text. */
export function planRenewal(current: Current, planned: NamePlan, context: NameContext): readonly PlannedChange[] {
  if (planned.changes.some(({ change }) => change.setIdentifier === undefined)) return [];
  const changing = new Set(planned.changes.flatMap(({ claims }) => claims));
  const ours = current.ours.filter(({ claim }) => !changing.has(claim));
  const isFrozen = ours.some(({ claim }) => context.owners.frozen(claim.ownership));
  return ours.length > 0 && !isFrozen ? [renewOwnership({ ...current, ours }, context)] : [];
}

interface FacetPlan {
  readonly deltas: readonly Delta[];
  readonly findings: readonly Finding[];
  readonly party?: Party;
  readonly objects: readonly ObjectRef[];
  readonly keeping?: Keeping;
}

/** The name of a facet with all that is asked for. */
interface Around {
  readonly whole: Current;
  readonly candidates: readonly Candidate[];
  readonly gives: Settled['gives'];
  readonly adopted: Settled['adopted'];
}

function planFacet(facet: Facet, { whole, candidates, gives, adopted }: Around, context: NameContext): FacetPlan {
  const asking = candidates.filter(candidate => facetOfCandidate(candidate) === facet);
  const current = {
    ...whole,
    foreign: whole.foreign.filter(({ record }) => !adopted.has(record) || facetOf(record) === facet),
    ours: whole.ours.filter(({ record }) => facetOf(record) === facet),
    claims: whole.claims.filter(({ type, txt }) => facetOf({ ...txt, type: type || 'A' }) === facet),
  };
  if (asking.length === 0) return removeFacet(current, gives, context);
  const { winners, served, kept, findings } = firstKeeps(current, asking, context);
  const [first] = winners;
  if (!first) return { deltas: [], findings, objects: [] };
  const plan = planDesired(current, winners, { kept, served, whole }, context);
  const keeping = kept.find(one => one.keeping && one.keeping.why !== 'waiting')?.keeping;
  return { ...plan, findings: [...findings, ...plan.findings], ...(keeping && { keeping }) };
}

/** Where one object wants a CNAME at a name and another one a record of another type, the CNAME gives way; one that stands does not. */
function withoutMixedCname(parts: readonly FacetPlan[], current: Current, context: NameContext): readonly FacetPlan[] {
  const { name, ours } = current;
  const creates = (part: FacetPlan) => part.deltas.flatMap(({ after }) => after?.record.type ?? []);
  const giveUp = (part: FacetPlan, type: string, message: string): FacetPlan => ({
    ...part,
    deltas: [],
    findings: [...part.findings, ...tell({ name, objects: part.objects, context }, 'conflict', message, type)],
  });
  const goes = (owned: OwnedRecord) =>
    parts.some(({ deltas }) => deltas.some(({ before, after }) => before === owned && !after));
  if (ours.some(owned => owned.record.type === 'CNAME' && !goes(owned))) {
    return parts.map(part => {
      const [type] = creates(part).filter(each => each !== 'CNAME');
      const message = `${name} ${type} is not published: ${name} has a CNAME, and DNS allows nothing beside it`;
      return type === undefined ? part : giveUp(part, type, message);
    });
  }
  const mixed = parts.find(part => creates(part).includes('CNAME'));
  const others = parts.flatMap(creates).filter(type => type !== 'CNAME');
  if (!mixed || others.length === 0) return parts;
  const message = `${name} CNAME is not published: ${[...new Set(others)].sort().join(', ')} records are asked for too, and DNS allows nothing beside a CNAME`;
  return parts.map(part => (creates(part).includes('CNAME') ? giveUp(part, 'CNAME', message) : part));
}

/** A facet that no object asks for, at a name that is asked for otherwise. */
function removeFacet(current: Current, gives: Settled['gives'], context: NameContext): FacetPlan {
  const { owners, settings } = context;
  const gone = current.ours.filter(
    owned =>
      isManaged(owned, context) && !keepingOf(owned, current.name, context) && !isAwaited(owned, current.name, context),
  );
  const deltas = gone
    .filter(({ record }) => settings.policy === 'sync' || (settings.policy === 'upsert-only' && gives(record)))
    .map(before => ({ before }));
  const [first] = deltas;
  return {
    deltas,
    findings: [],
    objects: [],
    ...(first && { party: owners.partyOf(first.before.claim.ownership) }),
  };
}

const isManaged = ({ record }: OwnedRecord, { settings }: NameContext) =>
  settings.types.includes(record.type as ManagedType);

/** Of what several clusters have together: why one of them keeps its part. */
const keepingOf = (owned: OwnedRecord, name: DnsName, { owners }: NameContext) =>
  decidingClaims(owned)
    .flatMap(({ ownership }) => owners.keeping(ownership, name, owned.record) ?? [])
    .at(0);

interface Beside {
  /** Objects that are told what the winners are told. */
  readonly served: readonly ObjectRef[];
  readonly kept: readonly KeptRecord[];
  /** The name with all its facets. */
  readonly whole: Current;
}

function planDesired(asRead: Current, winners: readonly Offer[], beside: Beside, context: NameContext): FacetPlan {
  const { kept, served, whole } = beside;
  const [{ candidate: first }] = winners as [Offer];
  const objects = winners.flatMap(({ candidate }) => candidate.objects);
  const party = { owner: first.owner, cluster: first.cluster };
  const desired = winners.flatMap(({ records }) => records.map(want => withStandingHealth(want, asRead, context)));
  const isNoop = context.settings.registry === 'noop';
  const adopted = isNoop
    ? unowned(
        asRead,
        desired.map(({ record }) => record),
        first,
        context,
      )
    : adoptable(asRead, desired, objects, context);
  const ours = [...asRead.ours.filter(owned => !kept.some(one => one.owned === owned)), ...adopted];
  const current = withAdopted({ ...asRead, ours }, adopted);
  const told: Told = { name: first.name, objects: [...objects, ...served], context };
  const quiet = current.foreign.length === 0 && adopted.length === 0 && kept.length === 0;
  if (quiet && diff(ours, desired).length === 0) return { deltas: [], findings: [], party, objects };
  const blocks = whatBlocks({ ...whole, foreign: current.foreign }, desired, kept, context);
  const { writable, removable, findings } = sortOut(current, desired, blocks, told);
  const standing = ours.filter(
    owned => removable.includes(owned) || writable.some(({ record }) => record.type === owned.record.type),
  );
  const deltas = [...diff(standing, writable), ...(isNoop ? [] : adoptions(adopted, writable))];
  const decided = decide(deltas, told);
  return {
    deltas: decided.deltas,
    findings: [...findings, ...decided.findings],
    party,
    objects,
  };
}

/**
 * An alias to a service that knows no target health keeps what it says of it: which of the two Route 53 takes was found
 * out when it was made.
 */
function withStandingHealth(want: DesiredRecord, { ours, foreign }: Current, { settings }: NameContext): DesiredRecord {
  const { alias, type } = want.record;
  if (!alias?.evaluateTargetHealth || settings.aliasTraitsOf?.(alias.zoneId).targetHealth !== false) return want;
  const standing = [...ours, ...foreign].find(
    ({ record }) => record.type === type && record.alias?.zoneId === alias.zoneId,
  );
  if (standing?.record.alias?.evaluateTargetHealth !== false) return want;
  return { ...want, record: { ...want.record, alias: { ...alias, evaluateTargetHealth: false } } };
}

interface Told {
  readonly name: DnsName;
  readonly objects: readonly ObjectRef[];
  readonly context: NameContext;
}

const tell = ({ name, objects, context }: Told, reason: Reason, message: string, type?: string): Finding[] =>
  findingsOf({ name, objects }, reason, message, context.view.zone.id, type);

/**
 * Which desired records can be written, and which of ours can go for them.
 *
 * | desired | in the way           | current   | done                                              |
 * |---------|----------------------|-----------|---------------------------------------------------|
 * | A, AAAA | of the AAAA          | –         | the A alone, told                                 |
 * | A, AAAA | of the A             | –         | nothing: an AAAA alone leaves IPv4 without answer |
 * | A, AAAA | of the AAAA          | CNAME     | the CNAME is exchanged for the A, told            |
 * | CNAME   | of the CNAME         | A, AAAA   | nothing: the old record stays until the exchange  |
 */
function sortOut(current: Current, desired: readonly DesiredRecord[], blocks: readonly Block[], told: Told) {
  const stands = (type: string) => current.ours.some(({ record }) => record.type === type);
  const isBlocked = (type: string) => blocks.some(block => block.type === type || (block.whole && !stands(type)));
  const wants = (type: string) => desired.some(({ record }) => record.type === type);
  const unmanagedA = !told.context.settings.types.includes('A');
  const halves = wants('A') && !unmanagedA && isBlocked('A') && !stands('A') && wants('AAAA') && !stands('AAAA');
  const writable = desired.filter(({ record: { type } }) => !isBlocked(type) && !(halves && type === 'AAAA'));
  const served = desired.some(
    ({ record: { type } }) => stands(type) || writable.some(({ record }) => record.type === type),
  );
  const closed = blocks.some(({ whole }) => whole);
  const removable = current.ours.filter(
    owned => served && !closed && isManaged(owned, told.context) && !wants(owned.record.type),
  );
  const findings = blocks
    .filter(block => !saysItAgain(block, blocks))
    .flatMap(({ reason, message, type, owner }) => {
      // What the config leaves out is no fault, unless nothing else is published for the name.
      const real = reason === 'filtered' && !served && current.ours.length > 0 ? 'policy' : reason;
      const found = tell(told, real, message, type);
      return owner === undefined ? found : found.map(finding => ({ ...finding, owner }));
    });
  if (halves && !isBlocked('AAAA')) {
    const message = `${current.name} AAAA is not published alone: most clients would find no address while the A cannot be`;
    findings.push(...tell(told, 'conflict', message, 'AAAA'));
  }
  return { writable, removable, findings };
}

/** That the ownership record of a record set is its owner's, too, goes without saying. */
const saysItAgain = ({ reason, owner }: Block, blocks: readonly Block[]) =>
  reason === 'conflict' &&
  owner !== undefined &&
  blocks.some(other => other.reason === 'not-owned' && other.owner === owner);

/**
 * Records without ownership that are exactly what the object wants, at a name for which an ownership record of ours (of
 * another type) names that object: ExternalDNS up to 0.21 lost ownership when a record changed its type. They get it back.
 */
function adoptable(
  current: Current,
  desired: readonly DesiredRecord[],
  objects: readonly ObjectRef[],
  { owners }: NameContext,
): OwnedRecord[] {
  const claim = current.claims.find(({ ownership }) => objects.some(object => owners.isOf(ownership, object)));
  if (!claim) return [];
  return current.foreign
    .filter(one => !one.claim && desired.some(want => sameRecord(want.record, one.record)))
    .map(({ record }) => ({ record, claim }));
}

function withAdopted(current: Current, adopted: readonly OwnedRecord[]): Current {
  if (adopted.length === 0) return current;
  return { ...current, foreign: current.foreign.filter(({ record }) => !adopted.some(one => one.record === record)) };
}

/** The record stays as it is, but is written together with its ownership. */
function adoptions(adopted: readonly OwnedRecord[], writable: readonly DesiredRecord[]): Delta[] {
  return adopted.flatMap(before => {
    const after = writable.find(want => sameRecord(want.record, before.record));
    return after ? [{ before, after }] : [];
  });
}

/** Applies the freeze and the policy to the differences of a desired name. */
function decide(deltas: readonly Delta[], told: Told): { deltas: readonly Delta[]; findings: readonly Finding[] } {
  const { settings, owners } = told.context;
  const frozen = deltas.flatMap(losingClaims).flatMap(({ ownership }) => owners.frozen(ownership) ?? []);
  const [first] = frozen;
  if (first) return { deltas: [], findings: tell(told, 'frozen', `${told.name} is left as it is: ${first.message}`) };
  const allowed = POLICIES[settings.policy](deltas);
  const findings = deltas
    .filter(delta => !allowed.includes(delta))
    .flatMap(delta => {
      const message = `${describeDelta(told.name, delta)} is not done: the policy is ${settings.policy}`;
      return tell(told, 'policy', message, typeOf(delta));
    });
  return { deltas: allowed, findings };
}

/** Whose record set is replaced; of what clusters have together, those whose part is not among what is wanted. */
function losingClaims({ before, after }: Delta): readonly Claim[] {
  if (!before?.shares) return before ? [before.claim] : [];
  const stays = ({ ownership: { cluster, resource } }: Claim) =>
    after?.together?.some(one => one.cluster === cluster && one.resource === resource);
  return before.shares.filter(claim => !stays(claim));
}

const typeOf = (delta: Delta) => (delta.after?.record ?? delta.before?.record)?.type;

function describeDelta(name: DnsName, delta: Delta): string {
  const what = delta.after ? (delta.before ? 'the update' : 'the creation') : 'the removal';
  return `${what} of ${name} ${typeOf(delta)}`;
}

/** A name that no object asks for: what is ours goes, unless something speaks against it. */
function planUndesired(current: Current, context: NameContext): NamePlan {
  const { settings, owners } = context;
  const stray = strayClaims(current, context);
  const contested = contestedFindings(current, context);
  if (current.claims.length === 0 && current.ours.length === 0) return { changes: [], findings: contested, stray };
  const managed = current.ours.filter(owned => isManaged(owned, context));
  const keeping = managed.flatMap(owned => keepingOf(owned, current.name, context) ?? []);
  const isAwaitedHere = (owned: OwnedRecord) =>
    decidingClaims(owned).some(({ ownership }) => owners.awaited(ownership, current.name));
  const gone = managed.filter(owned => !keepingOf(owned, current.name, context) && !isAwaitedHere(owned));
  const [firstKept] = keeping.filter(({ why }) => why !== 'waiting');
  const kept = firstKept && { keeping: firstKept };
  if (settings.policy !== 'sync') {
    const message = `${current.name} is kept though no object asks for it: the policy is ${settings.policy}`;
    const zone = context.view.zone.id;
    const left = gone.length > 0 || current.claims.some(context.isLeftover);
    const findings = left ? [{ reason: 'policy' as const, message, name: current.name, zone }] : [];
    return { changes: [], findings: [...contested, ...findings], stray, ...kept };
  }
  return { changes: removals(current, gone, context), findings: contested, stray, ...kept };
}

/** Records that were ours, or would be, and are left to somebody else or for a person to decide. */
function contestedFindings({ name, foreign }: Current, { view }: NameContext): Finding[] {
  return foreign.flatMap(({ record: { type }, claim, contested, unproven, misread, sealed }): Finding[] => {
    if (!contested && !unproven && misread === undefined) return [];
    const why = unproven
      ? 'it stood there before its ownership record, which no run wrote (a forced run believes it, and removes the record)'
      : misread !== undefined
        ? misreadMessage(claim?.txt.name, misread)
        : sealed
          ? sealedMessage(claim?.txt.name)
          : `it may be what the ownership record ${claim?.txt.name} of the owner "${claim?.ownership.owner}" is of`;
    const message = `${name} ${type} is kept though no object asks for it: ${why}`;
    return [{ reason: 'not-owned', message, name, type, zone: view.zone.id }];
  });
}

/** A change for each party and set identifier that had record sets at the name; leftovers go with the first. */
function removals(current: Current, gone: readonly OwnedRecord[], context: NameContext): PlannedChange[] {
  const { owners } = context;
  const partyOf = ({ claim }: { readonly claim: Claim }) => owners.partyOf(claim.ownership);
  const key = (owned: OwnedRecord) => `${partyKey(partyOf(owned))}\n${owned.record.setIdentifier ?? ''}`;
  const parties = [...groupBy(gone, key).values()].map(owned => ({
    party: partyOf(owned[0] as OwnedRecord),
    owned,
  }));
  const idle = idleClaims(current);
  const [leftover] = idle.filter(context.isLeftover);
  if (parties.length === 0 && leftover) parties.push({ party: partyOf({ claim: leftover }), owned: [] });
  return parties.map(({ party, owned }, i) => {
    const deltas = owned.map(before => ({ before }));
    return composeChange(
      { current, deltas, party, objects: [], spared: i === 0 ? [] : idle, ...ofOneSet(deltas) },
      context,
    );
  });
}

/** Ownership records of ours that decide over nothing. */
const idleClaims = ({ claims, ours }: Current) =>
  claims.filter(claim => !ours.some(owned => decidingClaims(owned).includes(claim)));

/** What is said of a whole cluster is not said of its names. */
const QUIET: ReadonlySet<Keeping['why'] | undefined> = new Set(['unread', 'config'] as const);

/** Ownership records of ours that decide over nothing and are not known to be leftovers. */
function strayClaims(current: Current, { isLeftover, owners }: NameContext): Claim[] {
  return current.claims.filter(
    claim =>
      !current.ours.some(owned => decidingClaims(owned).includes(claim)) &&
      !isLeftover(claim) &&
      !QUIET.has(owners.frozen(claim.ownership)?.why),
  );
}
