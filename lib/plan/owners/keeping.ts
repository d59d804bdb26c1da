import type { ClusterName, DnsName, Ownership, RecordSet, Snapshot } from '../../model/index.ts';
import { canonicalValue, objectNamedBy, resourceOf } from '../../model/index.ts';
import type { PlanSettings } from '../settings.ts';
import type { Cluster } from './cluster.ts';
import { forceFor } from './left-behind.ts';

/**
 * Why an object keeps what an ownership record says it has, without asking for it now.
 *
 * | hold      | when                                                                                     |
 * |-----------|------------------------------------------------------------------------------------------|
 * | unread    | its kind could not be read completely in its cluster, or this run did not read it        |
 * | unlisted  | it is of a kind that is not among the sources                                            |
 * | departed  | its cluster is not in the config                                                         |
 * | config    | the config freezes its cluster, which is told once                                       |
 * | waiting   | the object is there, but has no usable target yet, or what it asks for is malformed      |
 */
export interface Keeping {
  readonly why: 'unread' | 'unlisted' | 'departed' | 'config' | 'waiting';
  readonly message: string;
  /** The command that ends it, where no reading will. */
  readonly release?: string;
  /** The cluster that is not in the config. */
  readonly cluster?: ClusterName;
}

/** The command with which a person lets what some clusters have go. */
function forced(clusters: readonly string[]): Pick<Keeping, 'release'> {
  const release = forceFor(clusters);
  return release === undefined ? {} : { release };
}

export type SourceOf = PlanSettings['sourceOf'];

export function whyFrozen(
  ownership: Ownership,
  clusters: readonly Cluster[],
  sourceOf: SourceOf,
  isForced: boolean,
): Keeping | undefined {
  const { resource, cluster } = ownership;
  if (clusters.length === 0) return isForced || cluster === undefined ? undefined : departedFrom([cluster]);
  const stopped = clusters.find(({ frozen }) => frozen);
  if (stopped) {
    // What may be of another cluster, too, is told by itself.
    const why = clusters.every(({ frozen }) => frozen) ? 'config' : 'unread';
    return { why, message: `${stopped.name}: the config freezes the cluster` };
  }
  const word = resource && objectNamedBy(resource).kind;
  const source = word === undefined ? undefined : sourceOf(word);
  for (const { name, kinds } of clusters) {
    const unread = unreadSource(kinds, source);
    if (unread !== undefined) return { why: 'unread', message: `${name}: ${unread}` };
  }
  const isListed = source !== undefined && clusters.every(({ kinds }) => kinds[source] !== undefined);
  if (word === undefined || isForced || isListed) return undefined;
  return {
    why: 'unlisted',
    message: `it belongs to ${resource}, a kind of object that is not among the sources (add its source, or force a run to remove the record)`,
    ...forced(clusters.map(({ name }) => name)),
  };
}

/** @param clusters of one of which it is, and which are not in the config */
export function departedFrom(clusters: readonly ClusterName[]): Keeping {
  const [cluster, ...others] = clusters as [ClusterName];
  const one = others.length === 0;
  const which = one ? ` "${cluster}"` : `, ${clusters.map(name => `"${name}"`).join(' or ')},`;
  const them = one ? 'it' : 'them';
  const message = `its cluster${which} is not in the config: put ${them} back, or force a run for ${them} (${clusters.join(', ')}) to remove what ${one ? 'it' : 'they'} left`;
  return { why: 'departed', message, ...(one && { cluster }), ...forced(clusters) };
}

/** Of a source that is read its own reading counts; of any other every reading, since what it is part of is not known. */
function unreadSource(kinds: Snapshot['kinds'], source: string | undefined): string | undefined {
  const own = source === undefined ? undefined : kinds[source];
  const relevant = own && source !== undefined ? [[source, own] as const] : Object.entries(kinds);
  for (const [word, read] of relevant) if (!read.complete) return `${word} objects could not be read (${read.error})`;
  return undefined;
}

export function whyWaiting({ resource }: Ownership, name: DnsName, clusters: readonly Cluster[]): Keeping | undefined {
  if (resource === undefined) return undefined;
  for (const cluster of clusters) {
    const message = cluster.heldNames.get(`${resource} ${name}`) ?? cluster.heldObjects.get(resource);
    if (message !== undefined) return { why: 'waiting', message: `${cluster.name}: ${resource}: ${message}` };
  }
  return undefined;
}

/** The object of the ownership record has gone, and one that asks for the very same record is covered by it. */
export function whyPutOff(
  { resource }: Ownership,
  record: RecordSet,
  clusters: readonly Cluster[],
): Keeping | undefined {
  const canonical = (target: string) => canonicalValue(record.alias ? 'CNAME' : record.type, target);
  const standing = record.alias ? [record.alias.dnsName] : (record.values ?? []);
  for (const { name, putOff, heldNames } of clusters) {
    for (const { object, targets } of putOff.get(record.name) ?? []) {
      const asked = new Set(targets.map(canonical));
      if (resource !== undefined && !standing.every(target => asked.has(canonical(target)))) continue;
      const why = heldNames.get(`${resourceOf(object)} ${record.name}`);
      return { why: 'waiting', message: `${name}: ${resourceOf(object)}: ${why}` };
    }
  }
  return undefined;
}
