import type { ClusterConfig } from '../config/config.ts';
import { groupBy, inTurn } from '../group.ts';
import {
  type DnsName,
  describeObject,
  type EventsWritten,
  type Finding,
  type FreshFinding,
  type ObjectEvent,
  type ObjectRef,
  type Reason,
  type RecordSet,
} from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import { firstAndCount } from '../shown.ts';
import type { AppliedChange } from './history.ts';
import type { Run } from './ports.ts';

/** Objects that a run writes Events on: two requests each, and a first sync has very many. */
const MOST_OBJECTS = 50;
const CLUSTERS_AT_ONCE = 10;
/** Milliseconds: whoever asks for the next run of the shard waits for it. */
const PATIENCE_MS = 3_000;
/** Nobody waits for what a person did but the person, and there may be no connection to a cluster yet. */
export const PERSON_PATIENCE_MS = 10_000;

/** Names that a note shows of many, and findings. */
const SHOWN = 5;
const FINDINGS = 3;

/** What waits, or stays as it was; any other finding that leaves something unpublished refuses. */
const WAITING: ReadonlySet<Reason> = new Set<Reason>(['no-target', 'frozen', 'held', 'deferred', 'unreadable']);

/**
 * What is to be told on the objects themselves, one Event an object and reason, of so many objects: those with something
 * refused first, and each namespace has its turn. Pure.
 */
export function objectEvents(
  applied: readonly AppliedChange[],
  fresh: readonly FreshFinding[],
  most = MOST_OBJECTS,
): ObjectEvent[] {
  const findings = fresh.map(({ finding }) => finding);
  const all = [
    ...told(
      findings.filter(({ reason }) => !WAITING.has(reason)),
      'NotPublished',
    ),
    ...told(
      findings.filter(({ reason }) => WAITING.has(reason)),
      'Held',
    ),
    ...published(applied),
    ...removed(applied),
  ];
  return bounded(all, most);
}

/** Those of so many objects: each namespace has its turn. */
export function bounded(all: readonly ObjectEvent[], most = MOST_OBJECTS): ObjectEvent[] {
  const objects = new Map(all.map(({ object }) => [describeObject(object), object]));
  const chosen = new Set(inTurn(objects.values(), namespaceOf).slice(0, most).map(describeObject));
  return all.filter(({ object }) => chosen.has(describeObject(object)));
}

const namespaceOf = ({ cluster, namespace }: ObjectRef) => `${cluster}\n${namespace}`;

function told(findings: readonly Finding[], reason: ObjectEvent['reason']): ObjectEvent[] {
  const own = findings.flatMap(finding => {
    const object = finding.object ?? finding.former;
    return object ? [{ finding, object }] : [];
  });
  return perObject(reason, own, group => {
    const messages = [...new Set(group.map(({ finding }) => withoutArns(finding.message)))];
    const more = messages.length > FINDINGS ? ` (and ${messages.length - FINDINGS} more)` : '';
    return `${messages.slice(0, FINDINGS).join('; ')}${more}`;
  });
}

/** One Event for each object, with what is noted of all that concerns it. */
export function perObject<T extends { readonly object: ObjectRef }>(
  reason: ObjectEvent['reason'],
  own: readonly T[],
  note: (group: readonly T[]) => string,
): ObjectEvent[] {
  const groups = groupBy(own, ({ object }) => describeObject(object)).values();
  return [...groups].flatMap(group => group.slice(0, 1).map(({ object }) => ({ object, reason, note: note(group) })));
}

/** Route 53 names the role and the account; whoever may look at the object need not know them. */
const withoutArns = (message: string) => message.replaceAll(/\barn:aws[\w-]*:[^\s"',;]+/g, 'arn:…');

function published(applied: readonly AppliedChange[]): ObjectEvent[] {
  const own = applied
    .filter(({ change: { action } }) => action !== 'delete')
    .flatMap(({ change }) => {
      const types = typesOf(change);
      // Where only its ownership record was written anew, nothing is new to the object.
      return types.length === 0
        ? []
        : change.objects.map(object => ({ object, what: `${change.name} (${types.join(', ')})` }));
    });
  return perObject('Published', own, group => `in Route 53: ${whatOf(group)}`);
}

/** What an object had: its names, each with why. Where the object itself has gone there is nobody to tell, and the writer finds that out. */
function removed(applied: readonly AppliedChange[]): ObjectEvent[] {
  const own = applied.flatMap(({ change }) => {
    const { former, objects } = change;
    const losers = former === undefined ? objects : [former];
    const types = former === undefined ? lostTypesOf(change) : goneTypesOf(change);
    if (types.length === 0) return [];
    const what = `${change.name} (${types.join(', ')})`;
    return losers.map(object => ({ object, what, why: whyGone(change) }));
  });
  return perObject('Removed', own, group => {
    const parts = [...groupBy(group, ({ why }) => why)].map(([why, some]) => `${whatOf(some)}, because ${why}`);
    return `record removed: ${parts.join('; ')}`;
  });
}

/** The first of the names, with the types of their record sets. */
export const whatOf = (some: readonly { readonly what: string }[]) =>
  firstAndCount([...new Set(some.map(({ what }) => what))], SHOWN);

function whyGone({ action, objects: [by], former }: AppliedChange['change']): string {
  if (action === 'delete' || by === undefined) return 'it asks for it no longer, or is left out now';
  return former === undefined ? 'no object asks for that type of it any longer' : `${describeObject(by)} has it now`;
}

/** The types of the record sets that it has no longer: all that stood where the name is another's now. */
const goneTypesOf = ({ name, deletes }: AppliedChange['change']): string[] => typesAt(name, deletes);

const typesAt = (name: DnsName, records: readonly RecordSet[]): string[] =>
  [...new Set(records.filter(record => record.name === name && record.type !== 'TXT').map(({ type }) => type))].sort();

/** Of a name that its objects keep: the types that it has no longer, under whatever set identifier. */
function lostTypesOf({ name, deletes, creates }: AppliedChange['change']): string[] {
  const staying = new Set(typesAt(name, creates));
  return typesAt(name, deletes).filter(type => !staying.has(type));
}

/** The types of the record sets that came or changed; what is swapped only to be sure that it still stands did not. */
function typesOf({ name, deletes, creates }: AppliedChange['change']): string[] {
  const before = new Set(deletes.map(record => JSON.stringify(record)));
  const changed = creates.filter(record => record.name === name && !before.has(JSON.stringify(record)));
  return [...new Set(changed.map(({ type }) => type))].sort();
}

/** Writes them, in little time. Never throws. @returns what to tell a person where some could not be written, once for each cluster */
export async function writeObjectEvents(
  events: readonly ObjectEvent[],
  { config, ports }: Pick<Run, 'config' | 'ports'>,
  deadlineMs = Number.POSITIVE_INFINITY,
  patienceMs = PATIENCE_MS,
): Promise<Finding[]> {
  const { writeEvents, clock } = ports;
  const left = Math.min(patienceMs, deadlineMs - clock.now());
  if (writeEvents === undefined || events.length === 0 || left <= 0) return [];
  const signal = AbortSignal.timeout(left);
  const byCluster = groupBy(events, ({ object }) => object.cluster);
  const clusters = config.clusters.filter(({ name, freeze }) => byCluster.has(name) && freeze !== true);
  const done = await mapLimit(clusters, CLUSTERS_AT_ONCE, async cluster => ({
    cluster,
    ended: await writeEvents(cluster, byCluster.get(cluster.name) ?? [], signal),
  }));
  return done.flatMap(({ cluster, ended }) => warningOf(cluster, ended));
}

function warningOf({ name }: ClusterConfig, { left, fault }: EventsWritten): Finding[] {
  if (left === 0) return [];
  const message = `${name}: ${left} Kubernetes Events were not written on its objects: ${fault}; with kubernetesEvents the role needs create on events of events.k8s.io (npm run cluster-role)`;
  return [{ reason: 'warning', message, cluster: name }];
}
