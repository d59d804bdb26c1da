import { groupBy } from '../group.ts';
import {
  type ClusterName,
  type HistoryLine,
  type ObjectEvent,
  type ObjectRef,
  objectDescribed,
  objectIn,
} from '../model/index.ts';
import type { Move } from '../plan/index.ts';
import { bounded, perObject, whatOf } from './object-events.ts';

/**
 * What a person had done, on the objects that it is about, as {@link objectEvents} tells what a run did. Pure.
 *
 * | done                                  | Event     | on                                                  |
 * |---------------------------------------|-----------|-----------------------------------------------------|
 * | adopted, transferred, imported        | Published | the object that the new ownership record names      |
 * | released                              | Released  | the one that the ownership record named             |
 * | undone                                | Held      | those that asked for it, and the one that had it before |
 * | ownership records were written anew   | none      |                                                     |
 *
 * That what was undone is held no longer, {@link releasedEvents} tells.
 *
 * @param clusters all of the config: where there is but one, it is that of what names none
 */
export function movedEvents(moves: readonly Move[], clusters: readonly ClusterName[]): ObjectEvent[] {
  const only = clusters.length === 1 ? clusters[0] : undefined;
  const told = moves.flatMap(move => {
    const of = eventOf(move);
    const set = move.setIdentifier === undefined ? '' : ` "${move.setIdentifier}"`;
    const what = `${move.name} (${move.types.join(', ')}${set})`;
    return of === undefined ? [] : objectsOf(move, only).map(object => ({ object, what, ...of }));
  });
  const noteOf = (group: Readonly<typeof told>) =>
    [...groupBy(group, ({ why }) => why)].map(([why, some]) => `${why}: ${whatOf(some)}`).join('; ');
  return bounded(
    (['Published', 'Released', 'Held'] as const).flatMap(reason =>
      perObject(
        reason,
        told.filter(one => one.reason === reason),
        noteOf,
      ),
    ),
  );
}

function eventOf({ undoing, from, to }: Move): { reason: ObjectEvent['reason']; why: string } | undefined {
  if (undoing) {
    const release = `fairlead undo --release ${undoing.run}`;
    return {
      reason: 'Held',
      why: `a person undid what the run ${undoing.run} did, and it stays as it was before until that is released (${release})`,
    };
  }
  if (to === undefined)
    return { reason: 'Released', why: 'a person released it, so that it is nobody’s, and stays in Route 53 as it is' };
  return from === to ? undefined : { reason: 'Published', why: 'a person gave it what stands in Route 53, as it is' };
}

function objectsOf({ undoing, resource = '', change: { cluster } }: Move, only = ''): ObjectRef[] {
  if (undoing) return objectsIn(undoing.line, only);
  const object = objectIn(resource);
  return cluster !== undefined && object ? [{ cluster, ...object }] : [];
}

/** Those that asked for what a line tells of, and the one that had it before. */
function objectsIn({ objects, formerly = '' }: HistoryLine, only: string): ObjectRef[] {
  const before = objectDescribed(formerly) ?? objectDescribed(`${only}: ${formerly}`);
  return [...objects.map(objectDescribed), before].filter(object => object !== undefined);
}

/**
 * That what a person undid is held no longer, on the objects on which it was told that it is. Pure.
 *
 * @param undoings the lines that the undoings left in the history
 */
export function releasedEvents(
  undoings: readonly HistoryLine[],
  [only = '', ...more]: readonly ClusterName[],
): ObjectEvent[] {
  const told = undoings.flatMap(line => {
    const types = [...line.before, ...line.after].map(({ type }) => type).filter(type => type !== 'TXT');
    const what = `${line.name} (${[...new Set(types)].sort().join(', ')})`;
    return objectsIn(line, more.length === 0 ? only : '').map(object => ({ object, what }));
  });
  return bounded(
    perObject(
      'Released',
      told,
      group =>
        `a person let go of what an undoing held, and the next run makes of it what is asked for: ${whatOf(group)}`,
    ),
  );
}
