import type { Undone } from '../model/index.ts';
import { type Move, undoneKey } from '../plan/index.ts';
import { decodeZone, zoneKey } from '../state/index.ts';
import { Impossible } from './impossible.ts';
import type { OpenRun } from './ports.ts';
import { type Edits, keepZone } from './zone-copy.ts';
import type { LoadedZone } from './zones.ts';

/**
 * Keeps what is to be held before it is undone: whoever is killed between the two leaves a name that is held and told of,
 * and not one that the next run changes back.
 *
 * @throws Impossible where it cannot be kept
 */
export async function holdUndone(run: OpenRun, zone: LoadedZone, moves: readonly Move[]): Promise<LoadedZone> {
  const undoings = moves.flatMap(({ undoing }) => undoing ?? []);
  if (undoings.length === 0) return zone;
  const { holder, clock } = run.ports;
  const at = clock.now();
  const held = undoings.map((undoing): [string, Undone] => [
    undoneKey(undoing),
    { run: undoing.run, by: holder, at, owner: undoing.line.owner },
  ]);
  return keepHeld(run, zone, new Map(held));
}

/** Writes what is held of a zone. @returns the zone with what is kept of it now @throws Impossible where it is not kept */
export async function keepHeld(
  run: OpenRun,
  zone: LoadedZone,
  undone: NonNullable<Edits['undone']>,
): Promise<LoadedZone> {
  await keepZone(run, { ...zone, edits: { ...zone.edits, undone } });
  const { value: copy, version } = await run.cache.read(zoneKey(zone.state.zone.id), decodeZone);
  const isKept = copy && [...undone].every(([key, one]) => copy.undone?.has(key) === (one !== 'released'));
  if (!isKept || version === undefined || run.cache.faults.size > 0) {
    const [fault = 'it is not there when it is read again'] = run.cache.faults;
    throw new Impossible(
      `what is held could not be kept in the state (${fault}), so nothing is done: look at state.store`,
    );
  }
  return { ...zone, copy, version, state: { ...zone.state, ...(copy.undone && { undone: copy.undone }) } };
}

/** What was not done is held as it was before, by an earlier undoing or not at all. */
export function letGo(zone: LoadedZone, moves: readonly Move[], done: readonly Move[], before: LoadedZone): Edits {
  const isDone = new Set(done);
  const undone = moves
    .filter(move => move.undoing && !isDone.has(move))
    .map(({ undoing }): [string, Undone | 'released'] => {
      const key = undoneKey(undoing as NonNullable<Move['undoing']>);
      return [key, before.state.undone?.get(key) ?? 'released'];
    });
  return undone.length === 0 ? zone.edits : { ...zone.edits, undone: new Map(undone) };
}
