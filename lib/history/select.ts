import { matchesGlob } from '../glob.ts';
import type { HistoryLine } from '../model/index.ts';

/** Which changes are wanted; each part narrows. */
export interface HistoryQuery {
  /** A hostname, or an object as `kind/namespace/name`; `*` for any characters. */
  readonly what?: string;
  readonly run?: string;
}

/** Whether a change is one that is asked for. Pure. */
export const fitsHistory = (line: HistoryLine, { what, run }: HistoryQuery): boolean =>
  (run === undefined || line.run === run) && (what === undefined || isAbout(line, what));

/** Pure. */
export const newestFirst = (lines: readonly HistoryLine[]): HistoryLine[] =>
  [...lines].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.name < b.name ? -1 : 1));

function isAbout({ name, objects, formerly }: HistoryLine, what: string): boolean {
  if (!what.includes('/')) return matchesGlob(name, what.toLowerCase().replace(/\.$/, ''));
  return [...objects, ...(formerly === undefined ? [] : [formerly])].some(object => {
    const resource = object.slice(object.indexOf(': ') + 2);
    return matchesGlob(resource, what) || matchesGlob(object, what);
  });
}
