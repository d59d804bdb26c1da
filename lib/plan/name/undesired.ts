import { groupBy } from '../../group.ts';
import type { DnsName, Finding } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import { partyKey } from '../brakes/brakes.ts';
import { composeChange } from '../change/change.ts';
import type { NameContext, PlannedChange } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import { misreadMessage, sealedMessage } from '../preconditions/unmet.ts';
import { isManaged } from '../settings.ts';
import { allIdle, keepingOf, strayClaims } from './idle.ts';
import type { NamePlan } from './name-plan.ts';
import { ofOneSet } from './together.ts';

/** A name that no object asks for: what is ours goes, unless something speaks against it. */
export function planUndesired(current: Current, context: NameContext): NamePlan {
  const { settings, owners } = context;
  const stray = strayClaims(current, context);
  const contested = contestedFindings(current, context);
  if (current.claims.length === 0 && current.ours.length === 0) return { changes: [], findings: contested, stray };
  const managed = current.ours.filter(owned => isManaged(owned.record.type, settings));
  const keeping = managed.flatMap(owned => keepingOf(owned, current.name, context) ?? []);
  const isAwaitedHere = (owned: OwnedRecord) =>
    decidingClaims(owned).some(({ ownership }) => owners.awaited(ownership, current.name));
  const free = managed.filter(owned => !keepingOf(owned, current.name, context) && !isAwaitedHere(owned));
  const gone = free.filter(owned => !isHalf(owned, { free, managed }, current.name, context));
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

/**
 * Whether a record set that goes since a zone below answers for its name would leave another one of the name behind, which
 * is kept: then it waits for that. An AAAA would stand without its A.
 */
function isHalf(
  owned: OwnedRecord,
  { free, managed }: { readonly free: readonly OwnedRecord[]; readonly managed: readonly OwnedRecord[] },
  name: DnsName,
  { owners }: NameContext,
): boolean {
  const isAsked = decidingClaims(owned).some(({ ownership }) => owners.asks(ownership, name));
  const { setIdentifier } = owned.record;
  return isAsked && managed.some(other => !free.includes(other) && other.record.setIdentifier === setIdentifier);
}

/** Records that were ours, or would be, and are left to somebody else or for a person to decide. */
function contestedFindings({ name, foreign }: Current, { view, owners }: NameContext): Finding[] {
  return foreign.flatMap((one): Finding[] => {
    const { record, claim, contested, unproven, misread, sealed, beyond } = one;
    const { type } = record;
    const isLeft = beyond !== undefined && claim !== undefined && owners.ours(claim.ownership.owner);
    if (!contested && !unproven && misread === undefined && !isLeft) return [];
    const why = isLeft
      ? `it ${beyond}, which fairlead leaves alone`
      : unproven
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
  const idle = allIdle(current);
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
