import { undoingsOf } from '../history/index.ts';
import type { DnsName, Finding, HistoryLine, HostedZone, Undone } from '../model/index.ts';
import { nameOfKey } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import type { Moves } from '../plan/index.ts';
import { firstOf } from '../shown.ts';
import { decodeZone, zoneKey } from '../state/index.ts';
import { readHistory } from './history.ts';
import { Impossible } from './impossible.ts';
import { releasedEvents } from './moved-events.ts';
import { type MoveResult, moveOwnership } from './moves.ts';
import { PERSON_PATIENCE_MS, writeObjectEvents } from './object-events.ts';
import { openViews } from './open.ts';
import type { Run } from './ports.ts';
import { underLease } from './shards.ts';
import { keepHeld } from './undone.ts';
import { listAllViews, type View } from './views.ts';
import { noEdits, openCopy } from './zone-copy.ts';
import type { LoadedZone } from './zones.ts';

/** Runs and names, and where. */
export interface UndoQuery {
  /** Each the name of a run, or a hostname: of that the last change. */
  readonly what: readonly string[];
  /** A hosted zone, by name or id. */
  readonly zone?: string;
}

/**
 * Puts back what a run did, or what was done last to a name, and holds it there. As ownership is moved: shown first, and done
 * exactly so if nothing has changed since.
 *
 * @param from epoch milliseconds: how far back the history is read
 * @throws Impossible, NoHistory, and as {@link moveOwnership}
 */
export async function undo(
  query: UndoQuery,
  from: number,
  run: Run,
  agree: (shown: Moves) => Promise<boolean>,
): Promise<MoveResult> {
  const here = await readHistory(
    run,
    from,
    {},
    line =>
      isOfZone({ id: line.zone, name: line.zoneName }, query) &&
      (query.what.includes(line.run) || query.what.includes(line.name)),
  );
  const meant = query.what.flatMap(what => linesOf(what, here));
  return moveOwnership({ kind: 'undo', undoings: undoingsOf([...new Set(meant)]) }, run, agree);
}

const isOfZone = ({ id, name }: Pick<HostedZone, 'id' | 'name'>, { zone }: UndoQuery) =>
  zone === undefined || zone === id || zone === name;

/** @param lines the newest first @throws Impossible */
function linesOf(what: string, lines: readonly HistoryLine[]): HistoryLine[] {
  const ofRun = lines.filter(({ run }) => run === what);
  const ofName = lines.filter(({ name }) => name === what);
  const [last] = ofRun.length > 0 ? ofRun : ofName;
  if (!last)
    throw new Impossible(
      `"${what}" is no run and no name of which the history has a change (fairlead history lists what it has; --since looks further back)`,
    );
  const found = ofRun.length > 0 ? ofRun : ofName.filter(({ run }) => run === last.run);
  const undone = found.find(({ undoes }) => undoes !== undefined);
  if (!undone) return found;
  const release = `fairlead undo --release ${undone.name}`;
  throw new Impossible(
    ofRun.length > 0
      ? `${what} is itself an undoing, of the run ${undone.undoes}: what is held is released with ${release}`
      : `${what} was undone already, by ${undone.run}: release it (${release}), or name an earlier run (fairlead history ${what})`,
  );
}

/** Something that is held as a person put it back. */
export interface HeldName {
  readonly zone: HostedZone;
  /** A `changeKey`. */
  readonly key: string;
  readonly name: DnsName;
  readonly undone: Undone;
}

interface ReleaseResult {
  readonly held: readonly HeldName[];
  readonly released: readonly HeldName[];
  /** Events that could not be written. */
  readonly warnings: readonly Finding[];
}

/**
 * Lets go of what is held: from the next run on the objects decide again. Of a run that was undone, of the undoing itself, or
 * of a name. Nothing is changed in Route 53.
 *
 * @throws Impossible where something that is named is not held, or the state cannot be written; LeaseHeld
 */
export async function releaseUndone(
  query: UndoQuery,
  run: Run,
  agree: (shown: readonly HeldName[]) => Promise<boolean>,
): Promise<ReleaseResult> {
  const found = (await heldZones(await openViews(run))).flatMap(heldIn).filter(({ zone }) => isOfZone(zone, query));
  const isCalled = ({ name, undone }: HeldName, what: string) => [name, undone.run, undone.by].includes(what);
  const meant = found.filter(one => query.what.some(what => isCalled(one, what)));
  const unknown = query.what.filter(what => !meant.some(one => isCalled(one, what)));
  if (query.what.length === 0 || unknown.length > 0) {
    const names = [...new Set(found.map(({ name }) => name))].sort();
    const has = names.length === 0 ? 'nothing is held' : `held are ${firstOf(names, SHOWN)}`;
    throw new Impossible(
      unknown.length > 0 ? `${unknown.join(', ')} is not held by an undoing: ${has}` : `say what is released: ${has}`,
    );
  }
  if (!(await agree(meant))) return { held: meant, released: [], warnings: [] };
  const released = await letGoOf(meant, run);
  return { held: meant, released, warnings: await tellReleased(released, run) };
}

function letGoOf(meant: readonly HeldName[], run: Run): Promise<HeldName[]> {
  return underLease(run, async leased => {
    const views = await openViews(leased);
    const [{ run: open }] = views as [View];
    const released: HeldName[] = [];
    for (const zone of await heldZones(views)) {
      const here = heldIn(zone).filter(one =>
        meant.some(({ zone: { id }, key }) => id === one.zone.id && key === one.key),
      );
      if (here.length === 0) continue;
      await keepHeld(open, zone, new Map(here.map(({ key }) => [key, 'released'] as const)));
      released.push(...here);
    }
    return released;
  });
}

/** On the objects that the undoing was told on: the history has them. What it has no longer is told by the next run alone. */
async function tellReleased(released: readonly HeldName[], run: Run): Promise<Finding[]> {
  if (run.ports.writeEvents === undefined || released.length === 0) return [];
  const isOf = (line: HistoryLine) =>
    released.some(({ zone, name, undone }) => line.run === undone.by && line.zone === zone.id && line.name === name);
  const from = Math.min(...released.map(({ undone }) => undone.at));
  const lines = await readHistory(run, from, {}, isOf).catch(() => []);
  const events = releasedEvents(
    lines,
    run.config.clusters.map(({ name }) => name),
  );
  return writeObjectEvents(events, run, run.deadlineMs, PERSON_PATIENCE_MS);
}

const SHOWN = 10;

const heldIn = ({ state }: LoadedZone): HeldName[] =>
  [...(state.undone ?? [])].map(([key, undone]) => ({ zone: state.zone, key, name: nameOfKey(key), undone }));

const ZONES_AT_ONCE = 10;

/** What is kept of the zones of all views, as far as something of them is held. */
async function heldZones(views: readonly View[]): Promise<LoadedZone[]> {
  const listed = await listAllViews(views, { fresh: false, keep: false });
  const zones = new Map(listed.flatMap(({ run, listing }) => listing.selected.map(zone => [zone.id, { zone, run }])));
  const held = await mapLimit([...zones.values()], ZONES_AT_ONCE, async ({ zone, run }): Promise<LoadedZone[]> => {
    const { value: copy, version } = await run.cache.read(zoneKey(zone.id), decodeZone);
    if (!copy?.undone || version === undefined) return [];
    return [{ state: openCopy(copy, run.shard), source: 'kept', edits: noEdits(), copy, version }];
  });
  const [fault] = views[0]?.run.cache.faults ?? [];
  if (fault !== undefined) throw new Impossible(`the state could not be read: ${fault}; look at state.store`);
  return held.flat();
}
