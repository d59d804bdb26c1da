import type { HistoryLine, HostedZone, NameChange, RecordSet, RunCause } from '../model/index.ts';
import { describeObject, isSameSet, namedObjects, sameRecord } from '../model/index.ts';

/** The run that made a change. */
export interface RunMark {
  readonly run: string;
  readonly by: RunCause;
  readonly shard: string;
  /** Epoch milliseconds: when it had the answers, when it began, and when what a notice told of was seen. */
  readonly at: number;
  readonly beganAt: number;
  readonly noticedAt?: number;
  /** Requests to Route 53. */
  readonly calls: number;
}

/** An applied change as it is kept. Pure. */
export function historyLine(change: NameChange, { id, name: zoneName }: HostedZone, mark: RunMark): HistoryLine {
  const { name, action, owner, cluster, formerly, deletes, creates } = change;
  const named = namedObjects(change.objects);
  return {
    at: new Date(mark.at).toISOString(),
    run: mark.run,
    by: mark.by,
    shard: mark.shard,
    zone: id,
    zoneName,
    name,
    action,
    why: whyOf(change),
    owner,
    ...(cluster !== undefined && { cluster }),
    ...named,
    objects: named.objects.map(describeObject),
    ...(formerly !== undefined && { formerly }),
    began: new Date(mark.beganAt).toISOString(),
    ...(isPast(mark.noticedAt, mark) && { noticed: new Date(mark.noticedAt).toISOString() }),
    calls: mark.calls,
    before: deletes,
    after: creates,
  };
}

/** The clock of a cluster, which is not believed where it cannot be. */
const isPast = (time: number | undefined, { at }: RunMark): time is number =>
  time !== undefined && time > 0 && time <= at;

const isOfName = (change: NameChange) => (record: RecordSet) => record.name === change.name && record.type !== 'TXT';

function whyOf(change: NameChange): string {
  const { action, drift, formerly } = change;
  if (action === 'delete') return formerly ? `${formerly} asks for it no longer` : 'no object asks for it';
  if (action === 'create') return 'an object asks for it';
  if (drift) return 'somebody had changed it in Route 53';
  if (formerly) return `taken over from ${formerly}`;
  const before = change.deletes.filter(isOfName(change));
  const after = change.creates.filter(isOfName(change));
  const isSame = (one: RecordSet) => before.some(other => sameRecord(one, other));
  if (before.length === after.length && after.every(isSame)) return 'its ownership record was brought up to date';
  const isRetimed = (one: RecordSet) => {
    const { ttl: _, ...rest } = one;
    return before.some(other => isSameSet(one, other) && sameRecord(rest, withoutTtl(other)));
  };
  return before.length === after.length && after.every(isRetimed) ? 'its TTL changed' : 'what is asked for changed';
}

const withoutTtl = ({ ttl: _, ...rest }: RecordSet): RecordSet => rest;
