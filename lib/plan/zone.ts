import { groupBy } from '../group.ts';
import type { DnsName, Finding, HostedZone, NameChange, Removal } from '../model/index.ts';
import type { Claim } from '../registry/index.ts';
import { firstOf } from '../shown.ts';
import type { BrakeContext } from './brakes/brakes.ts';
import { frozenFinding, isFrozen } from './brakes/freeze.ts';
import { guardRemovals } from './brakes/removals.ts';
import { awaitGrace, type Unwanted, unwantedNow } from './brakes/unwanted.ts';
import { guardUpdates } from './brakes/updates.ts';
import { orderChanges } from './change/order.ts';
import type { PlannedChange } from './context.ts';
import { strayFindings } from './current/leftovers.ts';
import { olderFindings, sealedFindings } from './current/sealed.ts';
import type { NamePlan } from './name/name-plan.ts';
import { type PlannedNames, planNames, type ZoneContext } from './names.ts';
import { withoutConflicts } from './sending/conflicts.ts';
import { withinNamespaceLimit } from './sending/namespace-limit.ts';
import { withoutHopeless } from './sending/refusals.ts';

interface PlannedZone {
  readonly zone: HostedZone;
  readonly changes: readonly NameChange[];
  readonly findings: readonly Finding[];
  readonly unwanted: Unwanted;
  readonly removals: readonly Removal[];
  readonly misread: ReadonlySet<string>;
  readonly owned: number;
  readonly isCrowded: boolean;
  readonly looked: readonly string[];
}

/** Plans the names of a zone, and says which of their changes a run may send, in which order, and why not the others. */
export function planZone(context: ZoneContext): PlannedZone {
  const { state, view, input } = context;
  const planned = planNames(context);
  const all = [...planned.plans.values()].flatMap(plan => plan.changes);
  // Names that are unwanted in a frozen zone are so from the end of the freeze on, so that the guard judges them together.
  const frozen = isFrozen(state.zone, input.settings);
  const changes = frozen ? [] : all;
  const braked = brake(changes, planned, context);
  const within = withinNamespaceLimit(braked.allowed, {
    ...context,
    settings: input.settings,
    standing: planned.standing,
  });
  const compatible = withoutConflicts(within.allowed, state.zone.id);
  const ordered = orderChanges(compatible.compatible, state.zone.id);
  const sent = withoutHopeless(ordered, state, context.owners, input.now);
  return {
    zone: state.zone,
    changes: sent.sent.map(({ change }) => change),
    findings: [
      ...[...planned.plans.values()].flatMap(plan => plan.findings),
      ...keptFindings(planned.plans, state.zone),
      ...strayFindings([...[...planned.plans.values()].flatMap(({ stray }) => stray), ...unread(context)], view),
      ...(frozen && !input.only ? [frozenFinding(state.zone, all)] : []),
      ...(input.only || input.scope
        ? []
        : [...sealedFindings(view, input.settings), ...olderFindings(view, input.settings, context.owners)]),
      ...braked.findings,
      ...within.findings,
      ...compatible.findings,
      ...sent.findings,
    ],
    unwanted: braked.unwanted,
    removals: braked.removals,
    misread: planned.misread,
    owned: planned.records,
    isCrowded: within.findings.length > 0,
    looked: lookedAt(context, planned.plans),
  };
}

/**
 * Ownership records of ours that are not read as such: of wildcards, as they are written without the replacement that the
 * config has, and those whose names do not carry its affixes.
 */
function unread({ view, owners, input }: ZoneContext): readonly Claim[] {
  if (input.only || input.scope) return [];
  const replaced = input.settings.naming.wildcardReplacement !== '';
  const wildcards = replaced ? [...view.ownership].filter(([name]) => name.startsWith('*.')) : [];
  const claims = [...wildcards.flatMap(([, some]) => some), ...view.unnamed];
  return claims.filter(({ ownership }) => owners.ours(ownership.owner));
}

/** Announced names are settled too where nothing stands any more. */
function lookedAt({ view, input }: ZoneContext, plans: ReadonlyMap<DnsName, NamePlan>): string[] {
  const prefix = `${view.zone.id} `;
  const here = [...(input.renew ?? [])].filter(key => key.startsWith(prefix));
  return here.filter(key => input.scope === undefined || plans.has(key.slice(prefix.length)));
}

function brake(changes: readonly PlannedChange[], { owned, isUnwanted }: PlannedNames, zone: ZoneContext) {
  const { state, owners, input, roles, gaveUp } = zone;
  const context: BrakeContext = {
    state,
    settings: input.settings,
    owners,
    owned,
    isUnwanted,
    gaveUp,
    isBelow: name => roles.get(name) === 'left',
    now: input.now,
  };
  const unwanted = unwantedNow(changes, context);
  if (input.only) return { allowed: changes, findings: [], unwanted, removals: [] };
  const due = awaitGrace(changes, unwanted, context);
  const removals = guardRemovals(due.allowed, unwanted, context);
  const updates = guardUpdates(removals.allowed, context);
  return {
    allowed: updates.allowed,
    findings: [...due.findings, ...removals.findings, ...updates.findings],
    unwanted: { ...unwanted, heldWith: removals.heldWith },
    removals: removals.removals,
  };
}

/** How many names a finding shows. */
const SHOWN = 10;

/** What is kept though nobody asks for it: one finding a reason, however many names it concerns. */
function keptFindings(plans: ReadonlyMap<DnsName, NamePlan>, zone: HostedZone): Finding[] {
  const kept = [...plans].flatMap(([name, { keeping, partly = false }]) =>
    keeping && keeping.why !== 'config' ? [{ name, why: keeping.message, partly, keeping }] : [],
  );
  return [...groupBy(kept, ({ why, partly }) => `${partly} ${why}`).values()].map(group => {
    const [{ why, partly, keeping }] = group as [(typeof kept)[number]];
    const names = group.map(({ name }) => name).sort();
    const [first] = names as [DnsName];
    const one = names.length === 1;
    const shown = one ? first : `${names.length} names (${firstOf(names, SHOWN)})`;
    const what = partly ? (one ? `a part of ${shown} is` : `parts of ${shown} are`) : `${shown} ${one ? 'is' : 'are'}`;
    const it = one ? 'it' : 'them';
    // That nobody asks is not known of what was not read.
    const asked =
      keeping.why === 'unread' ? `: whether an object asks for ${it} is not known` : ` though no object asks for ${it}`;
    const message = `${what} kept${asked}: ${why}`;
    const { cluster, release } = keeping;
    return {
      ...{ reason: 'frozen', message, name: first, zone: zone.id },
      ...(cluster !== undefined && { cluster }),
      ...(release !== undefined && { release }),
    };
  });
}
