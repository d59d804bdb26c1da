import type { Undoing } from '../history/index.ts';
import type { ClusterName, DnsName, Finding, NameChange, OwnerId, ZoneState } from '../model/index.ts';
import { changeKey, editsOf } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import {
  afterwards,
  type HeldRecord,
  type Move,
  type Moves,
  type PlanInput,
  planAdoption,
  planImport,
  planRekey,
  planRelease,
  planReleaseOf,
  planRename,
  planTransfer,
  planUndo,
  tracesOf,
} from '../plan/index.ts';
import { indexOwnership, type NamingSettings } from '../registry/index.ts';
import { applyChanges, type CountedRoute53, callsIn, type ZoneOutcome } from '../route53/index.ts';
import { firstOf } from '../shown.ts';
import { stateFaults } from './cache.ts';
import { readClusters } from './clusters.ts';
import { keepMoved } from './history.ts';
import { Impossible } from './impossible.ts';
import { fleetOfShards } from './left-clusters.ts';
import { movedEvents } from './moved-events.ts';
import { PERSON_PATIENCE_MS, writeObjectEvents } from './object-events.ts';
import { openViews } from './open.ts';
import type { OpenRun, Run } from './ports.ts';
import { fenced, spokenType } from './publish.ts';
import { planSettings } from './settings.ts';
import { underLease } from './shards.ts';
import { holdUndone, letGo } from './undone.ts';
import { type ListedView, listViews, type View } from './views.ts';
import { keepZone } from './zone-copy.ts';
import { type LoadedZone, loadZones } from './zones.ts';

/** What a person asks to be done with ownership, once. */
export type Ask =
  | { readonly kind: 'adopt'; readonly names: readonly DnsName[]; readonly overwrite: boolean }
  | {
      readonly kind: 'transfer';
      readonly from: OwnerId;
      readonly to?: OwnerId;
      readonly names: readonly string[];
      readonly unasked: boolean;
      /** Where there is no earlier reading of the zones to compare with, they are read again so much later. */
      readonly watchMs: number;
    }
  | {
      readonly kind: 'import';
      /** The owner in the other registry; records of an owner of the config stay its own. */
      readonly from: OwnerId;
      readonly to?: OwnerId;
      readonly held: readonly HeldRecord[];
      readonly names: readonly string[];
      readonly unasked: boolean;
    }
  | { readonly kind: 'rename'; readonly former: Partial<NamingSettings> }
  | { readonly kind: 'rekey' }
  | { readonly kind: 'release'; readonly names: readonly DnsName[] }
  | { readonly kind: 'release-cluster'; readonly cluster: ClusterName }
  | { readonly kind: 'undo'; readonly undoings: readonly Undoing[] };

export interface MoveResult extends Moves {
  /** What was done of it; empty where nobody agreed. */
  readonly done: readonly Move[];
}

/**
 * Moves ownership: reads the zones in full, shows what would be done, and does exactly that if it is agreed to and nothing
 * has changed since; each name by a swap that fails where the name is not as it was read. The record sets stay as they are.
 *
 * @throws Impossible, LeaseHeld, UnusableKey, Route53Error
 */
export async function moveOwnership(
  ask: Ask,
  run: Run,
  agree: (shown: Moves) => Promise<boolean>,
): Promise<MoveResult> {
  const first = await look(ask, run);
  if (first.moves.length === 0 || !(await agree(first))) return { ...resultOf(first), done: [] };
  const result = await carryOutAll(ask, first, run);
  // When the leases are given back: no run waits for it, and nothing that was done depends on it.
  const events = movedEvents(
    result.done,
    run.config.clusters.map(({ name }) => name),
  );
  const warnings = await writeObjectEvents(events, run, run.deadlineMs, PERSON_PATIENCE_MS);
  return { ...result, refused: [...result.refused, ...warnings] };
}

/** @param first what was shown */
function carryOutAll(ask: Ask, first: Look, run: Run): Promise<MoveResult> {
  return underLease(run, async leased => {
    await watch(ask, first, leased);
    const second = await look(ask, leased);
    refuseLiving(ask, first.zones, second);
    if (textOf(first) !== textOf(second))
      throw new Impossible('the zones or the clusters have changed since this was shown: look again');
    const begun = await mapLimit(second.zones, ZONES_AT_ONCE, zone =>
      holdUndone(second.run, zone, movesIn(zone, second)),
    );
    const done = await Promise.all(second.zones.map((zone, i) => carryOut(zone, begun[i] as LoadedZone, second)));
    return {
      moves: first.moves,
      // The history may lack what was done: nothing else tells of it later.
      refused: [...first.refused, ...done.flatMap(({ refused }) => refused), ...stateFaults(second.run.cache)],
      done: done.flatMap(({ moves }) => moves),
    };
  });
}

const ZONES_AT_ONCE = 6;

const movesIn = ({ state }: LoadedZone, { moves }: Pick<Look, 'moves'>) =>
  moves.filter(({ zone }) => zone.id === state.zone.id);

const resultOf = ({ moves, refused }: Look): Moves => ({ moves, refused });

const textOf = ({ moves }: Look) => JSON.stringify(moves.map(({ zone, change }) => [zone.id, change]));

interface Look extends Moves {
  readonly run: OpenRun;
  readonly route53: CountedRoute53;
  readonly input: PlanInput;
  readonly zones: readonly LoadedZone[];
  readonly at: number;
}

/** Reads what must be known: DNS, and for what objects ask for the clusters. */
async function look(ask: Ask, asked: Run): Promise<Look> {
  const { ports } = asked;
  const { run, route53, listing } = await listAsked(asked, view => checkAsk(ask, view.run));
  const { config } = run;
  const at = ports.clock.now();
  const loaded = await loadZones(listing.selected, run, route53, { fresh: true });
  const unreadable = [...listing.findings, ...loaded.findings].find(({ reason }) => reason !== 'warning');
  if (unreadable) throw new Impossible(unreadable.message);
  const needsObjects = ask.kind === 'adopt' || ask.kind === 'transfer' || ask.kind === 'import';
  const read = new Set(needsObjects ? config.clusters.map(({ name }) => name) : []);
  const { snapshots } = await readClusters(run, read);
  if (needsObjects) checkRead(snapshots);
  const input: PlanInput = {
    // What a cluster left behind is known whatever shard had it.
    zones: loaded.zones.map(({ state, copy }) =>
      ask.kind === 'release-cluster' ? { ...state, ...fleetOfShards(state, copy, run) } : state,
    ),
    elsewhere: [],
    leftOut: listing.leftOut,
    snapshots,
    settings: planSettings(run, ports.aliasZoneOf),
    now: at,
  };
  const result = { ...movesOf(ask, input, run), run, route53, input, zones: loaded.zones, at };
  for (const zone of loaded.zones) if (zone.previous) refuseTraces(ask, zone, zone.previous, result);
  return result;
}

/** The zones of the view that is asked for; the others are listed only to know what they select, too. @throws Impossible */
async function listAsked(asked: Run, check: (view: View) => void): Promise<ListedView> {
  const views = await openViews(asked);
  const names = asked.config.views.map(({ name }) => name);
  if (names.length === 0 && asked.view !== undefined)
    throw new Impossible(`the config has no views: "${asked.view}" is none`);
  if (names.length > 0 && (asked.view === undefined || !names.includes(asked.view)))
    throw new Impossible(`say with --view in which view's zones: the config has ${names.join(', ')}`);
  const view = names.length === 0 ? views[0] : views.find(({ run }) => run.view === asked.view);
  check(view as View);
  const { listed, failures } = await listViews(views, { fresh: true, keep: false });
  const failure = failures.find(one => one.view === view);
  if (failure) throw failure.error;
  return listed.find(({ run }) => run.view === view?.run.view) as ListedView;
}

function movesOf(ask: Ask, input: PlanInput, run: Run): Moves {
  if (ask.kind === 'adopt') return planAdoption(ask, input);
  if (ask.kind === 'transfer') return planTransfer({ ...ask, to: ask.to ?? onlyOwner(run) }, input);
  if (ask.kind === 'import') return planImport({ ...ask, to: ask.to ?? heir(ask.from, run) }, input);
  if (ask.kind === 'rename') return planRename(ask.former, input);
  if (ask.kind === 'rekey') return planRekey(input);
  if (ask.kind === 'undo') return planUndo(ask.undoings.filter(isInView(input, run)), input);
  return ask.kind === 'release' ? planRelease(ask.names, input) : planReleaseOf(ask.cluster, input);
}

/** What was done in the zones of other views is undone there. */
const isInView =
  ({ zones }: PlanInput, { view }: Run) =>
  ({ line }: Undoing) =>
    view === undefined || zones.some(({ zone }) => zone.id === line.zone);

const ownersOfConfig = ({ config }: Run) => [...new Set(config.clusters.map(({ owner }) => owner))].sort();

const heir = (from: OwnerId, run: Run) => (ownersOfConfig(run).includes(from) ? from : onlyOwner(run));

function onlyOwner(run: Run): OwnerId {
  const owners = ownersOfConfig(run);
  const [only, ...more] = owners as [OwnerId, ...OwnerId[]];
  if (more.length === 0) return only;
  throw new Impossible(`the config has several owners (${owners.join(', ')}): say with --to who gets the records`);
}

function checkAsk(ask: Ask, run: Run): void {
  const { config } = run;
  const owners = ownersOfConfig(run);
  if (config.registry.type === 'noop') throw new Impossible('registry.type is noop: no ownership is kept');
  if (ask.kind === 'rekey' && config.registry.encryptionKeys.length === 0)
    throw new Impossible('registry.encryptionKey names no key that ownership records could be written with');
  if (ask.kind === 'release-cluster' && config.clusters.some(({ name }) => name === ask.cluster))
    throw new Impossible(
      `the cluster "${ask.cluster}" is in the config, and would have its names back at once: take it out first`,
    );
  if (ask.kind !== 'transfer' && ask.kind !== 'import') return;
  if (ask.kind === 'transfer' && owners.includes(ask.from))
    throw new Impossible(`"${ask.from}" is an owner of this config already`);
  if (ask.to !== undefined && !owners.includes(ask.to))
    throw new Impossible(`"${ask.to}" is no owner of this config; it has ${owners.join(', ')}`);
}

function checkRead(snapshots: PlanInput['snapshots']): void {
  for (const { cluster, kinds } of snapshots) {
    for (const [kind, read] of Object.entries(kinds)) {
      if (read.complete) continue;
      const message = `${cluster}: ${kind} objects could not be read (${read.error}), so that it is not known which names they ask for`;
      throw new Impossible(message);
    }
  }
}

/** An owner who writes leaves traces; where no earlier reading could show them, the zones are read again after a while. */
async function watch(ask: Ask, { zones, at }: Look, { ports: { clock } }: Run): Promise<void> {
  if (ask.kind !== 'transfer' || zones.every(({ previous }) => previous)) return;
  const left = at + ask.watchMs - clock.now();
  if (left > 0) await clock.sleep(left);
}

function refuseLiving(ask: Ask, before: readonly LoadedZone[], now: Look): void {
  for (const zone of now.zones) {
    const earlier = before.find(({ state }) => state.zone.id === zone.state.zone.id);
    if (earlier) refuseTraces(ask, zone, earlier.state.records, now);
  }
}

function refuseTraces(ask: Ask, { state }: LoadedZone, before: ZoneState['records'], { run: { naming } }: Look): void {
  if (ask.kind !== 'transfer') return;
  const claims = (records: ZoneState['records']) => [...indexOwnership(state.zone, records, naming).values()].flat();
  const traces = tracesOf(ask.from, before, state.records, claims);
  if (traces.length === 0) return;
  throw new Impossible(
    `the owner "${ask.from}" is at work: its ownership records ${firstOf(traces, 5)} in ${state.zone.name} have changed since the zone was read last. Stop it (its ExternalDNS, or its fairlead), and try again when a run has read the zone anew`,
  );
}

/** Carries out what is to be done in one zone, and keeps what it made. @param begun the zone with what is held by now */
async function carryOut(zone: LoadedZone, begun: LoadedZone, look: Look): Promise<Moves> {
  const { run, route53, input } = look;
  const here = movesIn(zone, look);
  if (here.length === 0) return { moves: [], refused: [] };
  const { id } = zone.state.zone;
  const outcome = await applyChanges(
    id,
    here.map(({ change }) => change),
    route53,
    {
      beforeBatch: batch => fenced(batch, id, { run }),
      spokenType: record => spokenType(record, zone.state.zone, { input }),
    },
  );
  const applied = new Set(outcome.applied.map(changeKey));
  const done = here.filter(({ change }) => applied.has(changeKey(change)));
  const left = letGo(begun, here, done, zone);
  if (done.length > 0 || left.undone) {
    for (const one of editsOf(outcome.applied)) left.sets.push(one);
    await keepZone(run, { ...begun, state: afterwards(begun.state, done, input.settings), edits: left });
  }
  await keepMoved(run, done, { beganAt: look.at, calls: callsIn(route53.counts) });
  return { moves: done, refused: notDone(outcome, id) };
}

function notDone({ stale, refused, left }: ZoneOutcome, zone: string): Finding[] {
  const tell = (reason: Finding['reason'], { name }: NameChange, why: string): Finding => ({
    reason,
    message: `${name}: ${why}`,
    name,
    zone,
  });
  return [
    ...stale.map(({ change }) =>
      tell('conflict', change, 'is not as it was read: nothing of it was changed; look again'),
    ),
    ...refused.map(({ change, words }) => tell('refused', change, words)),
    ...left.map(({ change, why }) => tell('deferred', change, why.message)),
  ];
}
