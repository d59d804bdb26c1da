import type {
  DnsName,
  Finding,
  HostedZone,
  NameChange,
  RecordSet,
  Refusal,
  ZoneId,
  ZoneState,
} from '../model/index.ts';
import { changeKey, editSets, editsOf } from '../model/index.ts';
import { inFairOrder } from '../plan/index.ts';
import { isOwnershipRecord, readOwnershipName } from '../registry/index.ts';
import {
  applyChanges,
  OutOfTime,
  Overtaken,
  Route53Error,
  takesAway,
  type Verdict,
  type ZoneOutcome,
} from '../route53/index.ts';
import { refuseRest, takeLesser } from './lesser-parts.ts';
import { planAgain } from './plan-again.ts';
import { type PublishContext, refuse, type Work } from './publish-work.ts';
import type { Edits } from './zone-copy.ts';

/** One zone's planned changes on their way into Route 53. */
export interface Publishing {
  readonly state: ZoneState;
  readonly changes: readonly NameChange[];
  /** What was read beyond the kept copy so far. */
  readonly edits: Edits;
}

export interface Published {
  /** The zone as it is now, as far as is known. */
  readonly state: ZoneState;
  readonly applied: readonly NameChange[];
  readonly findings: readonly Finding[];
  /** Names whose findings of the first plan are void, because they were planned again. */
  readonly replanned: ReadonlySet<DnsName>;
  /** What `state` has beyond the kept copy. */
  readonly edits: Edits;
  readonly batches: number;
  /** Route 53 says that the hosted zone does not exist. */
  readonly missing: boolean;
}

/** Swaps that fail are planned again this often before they are left for the next run. */
const ROUNDS = 4;

/**
 * Carries out one zone's changes. Where the zone is not as it was read, the names concerned are read and planned again:
 * what is somebody else's by now is left alone, what is still ours is swapped from the value that is really there.
 */
export async function publishZone({ state, changes, edits }: Publishing, context: PublishContext): Promise<Published> {
  const work: Work = {
    state,
    applied: [],
    findings: [],
    replanned: new Set(),
    edits: { whole: edits.whole, names: new Set(edits.names), sets: [] },
    batches: 0,
    missing: false,
    stale: new Map(),
    lesser: new Map(),
  };
  let todo = changes;
  for (let round = 1; todo.length > 0; round++) {
    const outcome = await applyChanges(state.zone.id, inFairOrder(todo, state.zone.id), context.route53, {
      beforeBatch: batch => fenced(batch, state.zone.id, context),
      spokenType: record => spokenType(record, state.zone, context),
      onApplied: context.onApplied,
    });
    const [lesser, rest] = context.run.exact ? [[], outcome] : takeLesser(outcome, work, context);
    settle(rest, work, context);
    if (context.run.exact) {
      leave(rest.stale, work);
      break;
    }
    const stale = stillWorthAnother(rest.stale, work, context, round);
    todo = [...lesser, ...(stale.length > 0 ? await planAgain(stale, work, context) : [])];
  }
  refuseRest(work, context);
  return work;
}

/** @throws Overtaken */
export async function fenced(
  batch: readonly NameChange[],
  zone: ZoneId,
  { run: { fence } }: Pick<PublishContext, 'run'>,
): Promise<void> {
  const removals = batch.filter(takesAway).map(({ name }) => ({ zone, name }));
  if (fence && !(await fence.ensure(removals)))
    throw new Overtaken('another run may work on the shard by now, or it could not be told of the removal');
}

export function spokenType(
  record: RecordSet,
  zone: HostedZone,
  { input }: Pick<PublishContext, 'input'>,
): string | undefined {
  const { naming } = input.settings;
  if (!isOwnershipRecord(record, naming)) return undefined;
  return readOwnershipName(record.name, zone.name, naming)?.type ?? '';
}

function settle(outcome: ZoneOutcome, work: Work, context: PublishContext): void {
  const { zone } = work.state;
  work.batches += outcome.batches;
  work.applied.push(...outcome.applied);
  work.state = withApplied(work.state, outcome.applied, work.edits);
  work.missing ||= outcome.left.some(({ why }) => why instanceof Route53Error && why.kind === 'missing');
  refuse(outcome.refused, work, context);
  for (const { change, why } of outcome.left) {
    const reason = isPassing(why) ? 'deferred' : 'refused';
    const message =
      reason === 'deferred'
        ? `${change.name} is left for the next run: ${why.message}`
        : `${change.name} could not be changed: ${why.message}`;
    const objects = change.objects.length > 0 ? change.objects.map(object => ({ object })) : [{}];
    work.findings.push(
      ...objects.map(object => ({ reason, message, name: change.name, zone: zone.id, ...object }) satisfies Finding),
    );
  }
}

/** Nothing is wrong with the change: no time was left, another run has the shard, or Route 53 was busy or out of reach. */
const isPassing = (why: Error) =>
  why instanceof OutOfTime ||
  why instanceof Overtaken ||
  (why instanceof Route53Error && (why.retryable || why.isLost));

/** Applies accepted changes to the copy of the zone. */
function withApplied(state: ZoneState, applied: readonly NameChange[], edits: Edits): ZoneState {
  if (applied.length === 0) return state;
  const refusals = new Map<string, Refusal>(state.refusals);
  const sets = editsOf(applied);
  for (const change of applied) refusals.delete(changeKey(change));
  for (const one of sets) edits.sets.push(one);
  return { ...state, records: editSets(state.records, sets), refusals };
}

/** What is not as it was planned from is left, in a run that is to do what was planned and nothing else. */
function leave(stale: readonly Verdict[], work: Work): void {
  for (const { change, words } of stale) {
    const message = `${change.name} is left as it is: it has changed since the plan was made (${words})`;
    work.findings.push({ reason: 'deferred', message, name: change.name, zone: work.state.zone.id });
  }
}

/** Sorts out changes that were read again and still conflict in the same way, and what is left when the rounds are used up. */
function stillWorthAnother(stale: readonly Verdict[], work: Work, context: PublishContext, round: number): Verdict[] {
  const again: Verdict[] = [];
  const same: Verdict[] = [];
  const seen = new Map<string, string>();
  for (const verdict of stale) {
    const { change } = verdict;
    const print = JSON.stringify([change.deletes, change.creates]);
    if (work.stale.get(changeKey(change)) === print) same.push(verdict);
    else if (round >= ROUNDS) {
      const message = `${change.name} is left for the next run: somebody else keeps changing it (${verdict.words})`;
      work.findings.push({ reason: 'deferred', message, name: change.name, zone: work.state.zone.id });
    } else {
      seen.set(changeKey(change), print);
      again.push(verdict);
    }
  }
  refuse(same, work, context);
  work.stale = seen;
  return again;
}
