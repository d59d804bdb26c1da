import { createHash } from 'node:crypto';
import { type NamedObject, type Notice, resourceOf } from '../../lib/model/index.ts';
import { MAX_OBJECTS, parseNotice } from '../../lib/notice/index.ts';
import type { Batch } from './batch.ts';
import { readWrite, type Write } from './write.ts';

/**
 * The cluster whose control plane writes into the log group, by its name in the config: the subscription's, where that is a
 * cluster's (infra/audit.ts), else the one in EKS. Undefined when it is not known.
 */
export function clusterOf(
  { logGroup, subscriptionFilters = [] }: Pick<Batch, 'logGroup' | 'subscriptionFilters'>,
  isKnown: (cluster: string) => boolean,
): string | undefined {
  const eksName = /^\/aws\/eks\/([^/]+)\/cluster$/.exec(logGroup)?.[1];
  return eksName && [...subscriptionFilters, eksName].find(isKnown);
}

/** The notice that a batch of a cluster's audit log amounts to; undefined when nothing that matters was written. */
export function noticeOf(batch: Batch, cluster: string): Notice | undefined {
  const writes = batch.logEvents.map(({ message }) => readWrite(message)).filter(write => write !== undefined);
  if (writes.length === 0) return undefined;
  const since = Math.min(...batch.logEvents.map(({ timestamp }) => timestamp));
  const hint: Notice = { cluster, source: sourceOf(batch), sequence: 1, since };
  const objects = objectsOf(writes);
  // Names that Kubernetes does not allow are not passed on: then anything may have changed.
  return (objects && parseNotice(JSON.stringify({ ...hint, objects }))) ?? hint;
}

/**
 * Each batch is a source of its own, with one notice. CloudWatch Logs gives every line an id of its own, and may hand a
 * batch over twice: then both have one source, and the queue drops the second. Batches that differ in a single line
 * have different sources, so that none swallows another.
 */
function sourceOf({ logGroup, logStream, logEvents }: Batch): string {
  const lines = createHash('sha256').update(JSON.stringify([logGroup, logStream, ...logEvents.map(({ id }) => id)]));
  return `audit:${logStream.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 100)}:${lines.digest('hex')}`;
}

/** Each object once; undefined when they cannot be told: too many, or one without a name or kind. */
function objectsOf(writes: readonly Write[]): readonly NamedObject[] | undefined {
  const objects = new Map<string, NamedObject>();
  for (const { kind, namespace, name } of writes) {
    if (kind === undefined || namespace === undefined || name === undefined) return undefined;
    const object = { kind, namespace, name };
    objects.set(resourceOf(object), object);
  }
  return objects.size > MAX_OBJECTS ? undefined : [...objects.values()];
}
