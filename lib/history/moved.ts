import type { HistoryLine, HostedZone, NameChange, OwnerId } from '../model/index.ts';
import { historyLine, type RunMark } from './line.ts';

/** What a person had done with the ownership of a name. */
interface Moved {
  readonly zone: HostedZone;
  /** Absent: nobody's. */
  readonly from?: OwnerId;
  readonly to?: OwnerId;
  /** The object that the ownership record names: `service/shop/web`. */
  readonly resource?: string;
  readonly change: NameChange;
}

/** The line that it leaves: of the owner that has the name then, or had it. Pure. */
export function movedLine({ zone, from, to, resource, change }: Moved, mark: RunMark): HistoryLine {
  const { cluster } = change;
  const objects = cluster !== undefined && resource !== undefined ? [`${cluster}: ${resource}`] : [];
  return { ...historyLine({ ...change, objects: [] }, zone, mark), objects, why: whyOf(from, to) };
}

function whyOf(from: OwnerId | undefined, to: OwnerId | undefined): string {
  if (to === undefined) return 'a person released it: it is nobody’s now, and stays as it is';
  if (from === undefined) return 'a person had it adopted: it was nobody’s, and stays as it is';
  if (from !== to) return `a person had it transferred from the owner "${from}": it stays as it is`;
  return 'a person had its ownership record written anew';
}
