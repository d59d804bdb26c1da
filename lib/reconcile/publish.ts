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
import { ADDRESS_TYPES, changeKey, editSets, editsOf, recordId, sameRecord } from '../model/index.ts';
import {
  fingerprint,
  inFairOrder,
  lesserOf,
  type PlanInput,
  plan,
  refusalOf,
  refusedFindings,
  standsIn,
} from '../plan/index.ts';
import { isOwnershipRecord, lookedAgain, ownershipName, readOwnershipName, unprovenIn } from '../registry/index.ts';
import {
  applyChanges,
  type CountedRoute53,
  OutOfTime,
  Overtaken,
  PAGE,
  Route53Error,
  readNames,
  readZone,
  takesAway,
  type Verdict,
  type ZoneOutcome,
} from '../route53/index.ts';
import type { OpenRun, Ports, Run } from './ports.ts';
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

export interface PublishContext {
  readonly ports: Ports;
  readonly run: Pick<Run, 'fence' | 'exact'> & Pick<OpenRun, 'owners'>;
  readonly route53: CountedRoute53;
  /** What the changes were planned from. */
  readonly input: PlanInput;
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

/** Takes those refused changes out of an outcome of which a part can still be done, and gives that part. */
function takeLesser(outcome: ZoneOutcome, work: Work, { input }: PublishContext): [NameChange[], ZoneOutcome] {
  const taken: NameChange[] = [];
  const isLeft = (verdict: Verdict) => {
    const { change, words } = verdict;
    const lesser = lesserOf(change, words, work.state.zone, input.settings);
    if (!lesser) return true;
    const key = changeKey(change);
    const before = work.lesser.get(key)?.verdict ?? verdict;
    work.lesser.set(key, { verdict: before, words, ...(lesser.rest && { rest: lesser.rest }) });
    taken.push(lesser.change);
    return false;
  };
  const [refused, stale] = [outcome.refused.filter(isLeft), outcome.stale.filter(isLeft)];
  return [taken, { ...outcome, refused, stale }];
}

/** Remembers what was refused of changes that were done in part; where the part was refused as well, the whole change. */
function refuseRest(work: Work, context: PublishContext): void {
  if (work.lesser.size === 0) return;
  const applied = new Set(work.applied.map(changeKey));
  const refused = [...work.lesser].flatMap(([key, { verdict, words, rest }]): Verdict[] => {
    if (applied.has(key)) return rest ? [{ change: rest, verdict: 'invalid', words }] : [];
    return work.state.refusals.has(key) ? [verdict] : [];
  });
  const keys = new Set(refused.map(({ change }) => changeKey(change)));
  const keyOf = ({ name = '', setIdentifier }: Finding) => changeKey({ name, ...(setIdentifier && { setIdentifier }) });
  work.findings = work.findings.filter(finding => finding.reason !== 'refused' || !keys.has(keyOf(finding)));
  refuse(refused, work, context);
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

interface Work {
  state: ZoneState;
  applied: NameChange[];
  findings: Finding[];
  replanned: Set<DnsName>;
  edits: Edits;
  batches: number;
  missing: boolean;
  /** Fingerprints of changes that were stale in the last round: stale again without a difference means refused. */
  stale: Map<string, string>;
  /** Refused changes of which a part was sent: what Route 53 said of the whole, and what was left out. */
  lesser: Map<string, { readonly verdict: Verdict; readonly words: string; readonly rest?: NameChange }>;
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
  why instanceof OutOfTime || why instanceof Overtaken || (why instanceof Route53Error && why.retryable);

/** Applies accepted changes to the copy of the zone. */
function withApplied(state: ZoneState, applied: readonly NameChange[], edits: Edits): ZoneState {
  if (applied.length === 0) return state;
  const refusals = new Map<string, Refusal>(state.refusals);
  const sets = editsOf(applied);
  for (const change of applied) refusals.delete(changeKey(change));
  for (const one of sets) edits.sets.push(one);
  return { ...state, records: editSets(state.records, sets), refusals };
}

/** Remembers refused changes, all of a round in one copy of what was remembered before: there may be thousands. */
function refuse(verdicts: readonly Verdict[], work: Work, context: PublishContext): void {
  if (verdicts.length === 0) return;
  const refusals = new Map(work.state.refusals);
  for (const { change, words } of verdicts) {
    const print = fingerprint(change, work.state.zone.id, standsIn(work.state.records));
    const key = changeKey(change);
    refusals.set(key, refusalOf(print, words, refusals.get(key), context.ports.clock.now()));
    work.findings.push(...refusedFindings(change, work.state.zone.id, words, standsIn(work.state.records)));
  }
  work.state = { ...work.state, refusals };
}

/** What is not as it was planned from is left, in a run that is to do what was planned and nothing else. */
function leave(stale: readonly Verdict[], work: Work): void {
  for (const { change, words } of stale) {
    const message = `${change.name} is left as it is: it has changed since the plan was made (${words})`;
    work.findings.push({ reason: 'deferred', message, name: change.name, zone: work.state.zone.id });
  }
}

/** Sorts out changes that were read again and still clash in the same way, and what is left when the rounds are used up. */
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

/** Reads the names of stale changes again (or the zone, where that is cheaper) and plans them anew. */
async function planAgain(
  stale: readonly Verdict[],
  work: Work,
  context: PublishContext,
): Promise<readonly NameChange[]> {
  const before = work.state.records;
  try {
    await refresh(stale, work, context);
  } catch (error) {
    const message = (change: NameChange) =>
      `${change.name} is left for the next run: it could not be read again (${(error as Error).message})`;
    work.findings.push(
      ...stale.map(({ change }) => ({
        reason: 'deferred' as const,
        message: message(change),
        name: change.name,
        zone: work.state.zone.id,
      })),
    );
    return [];
  }
  const names = new Set(stale.map(({ change }) => change.name));
  const { id } = work.state.zone;
  const again = plan({
    ...context.input,
    zones: context.input.zones.map(state => (state.zone.id === id ? work.state : state)),
    now: context.ports.clock.now(),
    only: new Map([[id, names]]),
  });
  for (const name of names) work.replanned.add(name);
  work.findings.push(
    ...again.findings.filter(finding => finding.name !== undefined && names.has(finding.name) && finding.zone === id),
  );
  const touched = new Set(stale.flatMap(({ change }) => setsOf(change)));
  // What the first plan did with other record sets of the name stands: it may have been held.
  const changes = (again.zones.find(({ zone }) => zone.id === id)?.changes ?? []).filter(
    change => change.setIdentifier === undefined || setsOf(change).some(set => touched.has(set)),
  );
  return withoutOvertaken(changes, before, work, context).map(change => markDrift(change, before, work.state.records));
}

const setsOf = ({ deletes, creates }: NameChange) => [...deletes, ...creates].map(recordId);

/**
 * Some changes are left, since another run has written the name after this one read the zone, and may have read the clusters
 * later, too: one that would take away an ownership record which was not there then, and one that would take from an object
 * a record set which was not.
 */
function withoutOvertaken(
  changes: readonly NameChange[],
  before: ReadonlyMap<DnsName, readonly RecordSet[]>,
  work: Work,
  { input: { settings } }: PublishContext,
): readonly NameChange[] {
  const isNew = (set: RecordSet) => !(before.get(set.name) ?? []).some(other => sameRecord(other, set));
  return changes.filter(({ name, action, deletes, formerly }) => {
    const takes = action === 'delete' || formerly !== undefined;
    if (!deletes.some(set => isNew(set) && (takes || isOwnershipRecord(set, settings.naming)))) return true;
    const message = `${name} is left for the next run: another run has written it meanwhile`;
    work.findings.push({ reason: 'deferred', message, name, zone: work.state.zone.id });
    return false;
  });
}

async function refresh(
  stale: readonly Verdict[],
  work: Work,
  { route53, ports, input, run: { owners } }: PublishContext,
): Promise<void> {
  const { zone } = work.state;
  const { naming } = input.settings;
  const owned = stale.flatMap(({ change }) => [
    // Whoever took a name over may have written an ownership record of any of these types.
    ...ADDRESS_TYPES.map(type => ownershipName(change.name, type, zone.name, naming)),
    ...[...change.deletes, ...change.creates].map(record => record.name),
  ]);
  // Ownership records first: one that is found without its record is then a leftover, and not one of a record that another
  // run made between the two reads.
  const names = new Set([
    ...owned.filter(name => !stale.some(({ change }) => change.name === name)),
    ...stale.map(({ change }) => change.name),
  ]);
  const whole = names.size >= Math.ceil(countSets(work.state) / PAGE);
  const read = whole ? await readZone(route53, zone.id) : await readNames(route53, zone.id, names);
  const records = new Map(whole ? [] : work.state.records);
  for (const [name, sets] of read) {
    if (sets.length > 0) records.set(name, sets);
    else records.delete(name);
  }
  // What was known of single record sets is overtaken by what was read now.
  const { sets } = work.edits;
  const newer = sets.filter(({ set }) => !whole && !names.has(set.name));
  sets.splice(0, sets.length, ...newer);
  if (whole) work.edits.whole = true;
  else for (const name of names) work.edits.names.add(name);
  const looked = lookedAgain(zone, work.state.records, records, naming);
  const unproven = unprovenIn(looked, work.state.unproven, naming, owners);
  work.state = { ...work.state, records, unproven, ...(whole && { readAt: ports.clock.now() }) };
}

function countSets(state: ZoneState): number {
  let count = 0;
  for (const sets of state.records.values()) count += sets.length;
  return count;
}

/** An update is drift when what it replaces is not what was there before: somebody else changed a record of ours. */
export function markDrift(
  change: NameChange,
  before: ReadonlyMap<DnsName, readonly RecordSet[]>,
  after: ReadonlyMap<DnsName, readonly RecordSet[]>,
): NameChange {
  if (change.action === 'delete') return change;
  const isOf = ({ setIdentifier }: RecordSet) =>
    change.setIdentifier === undefined || change.setIdentifier === setIdentifier;
  const old = (before.get(change.name) ?? []).filter(isOf);
  const now = (after.get(change.name) ?? []).filter(isOf);
  const same = old.length === now.length && now.every(record => old.some(other => sameRecord(other, record)));
  return same || old.length === 0 ? change : { ...change, drift: true };
}
