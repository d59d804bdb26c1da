import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { ClusterConfig } from '../config/config.ts';
import type { EventsWritten, ObjectEvent, ObjectRef } from '../model/index.ts';
import { mapLimit } from '../parallel.ts';
import { printable } from '../printable.ts';
import { reasonOf } from '../reason.ts';
import { RESOURCE_KINDS } from '../sources/index.ts';
import type { Access } from './access.ts';
import type { Answer, WritingConnection } from './connection.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { FOR_A_RUN, parseJson, type Served, WITH_KUBECONFIG, within } from './resource.ts';

/** Writes Events on objects of a cluster until the signal is aborted. Never throws. */
export type EventWriter = (
  cluster: ClusterConfig,
  events: readonly ObjectEvent[],
  signal: AbortSignal,
) => Promise<EventsWritten>;

export interface EventWriterOptions {
  readonly access: Access;
  /** Names the writer in the Events, as a pod names itself. */
  readonly instance: string;
  readonly clock?: Clock;
}

const OBJECTS_AT_ONCE = 4;
const MINUTE = 60_000;

/** So many refusals, and nothing that was taken: it is the right that is missing, not one namespace's quota. */
const REFUSALS = 5;

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/events.go: bytes. */
const NOTE_BYTES = 1024;
const INSTANCE_LENGTH = 128;

/** An object that has gone in the meantime has nobody to tell. */
type Outcome = 'written' | 'gone' | { readonly refused: string };

/**
 * Events of `events.k8s.io/v1` need the uid of their object, which nothing that is kept has: so the object is asked for,
 * one request each, and only where there is something to tell.
 */
export function createEventWriter({ access, instance, clock = systemClock }: EventWriterOptions): EventWriter {
  return async (cluster, events, signal) => {
    const done = { written: 0, gone: 0, refused: 0 };
    let fault: string | undefined;
    const isOver = () => signal.aborted || (done.written === 0 && done.refused >= REFUSALS);
    const note = (outcome: Outcome) => {
      if (typeof outcome === 'string') {
        done[outcome] += 1;
      } else {
        done.refused += 1;
        fault ??= outcome.refused;
      }
    };
    try {
      const writeOne = writerOn(await access.connect(cluster, signal), cluster, { instance, clock, signal });
      await mapLimit(events, OBJECTS_AT_ONCE, async event => {
        if (!isOver()) note(await writeOne(event));
      });
    } catch (error) {
      // No way to the cluster, or none any more.
      fault ??= signal.aborted ? 'there was no time left' : reasonOf(error);
    }
    const missing = events.length - done.written - done.gone;
    const why = fault ?? 'there was no time left';
    return { written: done.written, left: missing, ...(missing > 0 && { fault: why }) };
  };
}

interface Writing {
  readonly instance: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** @returns what writes one Event: it throws where the cluster does not answer */
function writerOn(connection: WritingConnection, cluster: ClusterConfig, writing: Writing) {
  const { clock, signal } = writing;
  const label = `cluster ${cluster.name}`;
  const advice = cluster.kubeconfig === undefined ? FOR_A_RUN : WITH_KUBECONFIG;
  const discovery = createDiscovery({ connection, label, clock, advice });
  return async (event: ObjectEvent): Promise<Outcome> => {
    const { object } = event;
    const served = await servedOf(object, discovery, signal);
    if (served === undefined) return 'gone';
    const found = await connection.get(`${within(served, object.namespace).path}/${object.name}`, signal);
    if (found.status === 404) return 'gone';
    const uid = found.status === 200 ? uidIn(found) : undefined;
    if (uid === undefined) return { refused: refusalOf(label, `getting ${served.plural}`, found) };
    const answer = await connection.post(eventsOf(object.namespace), eventOf(event, served, uid, writing), signal);
    // 409: there is one of this reason in this minute. 404: its namespace has gone.
    if (answer.status === 404) return 'gone';
    if (answer.status === 201 || answer.status === 409) return 'written';
    return { refused: refusalOf(label, 'writing events', answer) };
  };
}

const eventsOf = (namespace: string) => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;

function servedOf({ kind }: ObjectRef, discovery: Discovery, signal: AbortSignal): Promise<Served | undefined> {
  const resource = RESOURCE_KINDS.find(word => word === kind);
  return resource === undefined ? Promise.resolve(undefined) : discovery.find(resource, signal);
}

function uidIn({ body }: Answer): string | undefined {
  const { metadata } = (parseJson(body) ?? {}) as { metadata?: { uid?: unknown } };
  return typeof metadata?.uid === 'string' ? metadata.uid : undefined;
}

function refusalOf(label: string, doing: string, { status, body }: Answer): string {
  const { message } = (parseJson(body) ?? {}) as { message?: unknown };
  const said = typeof message === 'string' ? ` ${reasonOf(message).slice(0, 300)}` : '';
  return `${label}: ${doing}: the API server answers ${status}${said}`;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
function eventOf({ object, reason, note }: ObjectEvent, served: Served, uid: string, { instance, clock }: Writing) {
  const { namespace, name } = object;
  const now = clock.now();
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: eventName(uid, reason, now), namespace },
    eventTime: new Date(now).toISOString().replace('Z', '000Z'),
    reportingController: 'fairlead.dev/fairlead',
    reportingInstance: instance.slice(0, INSTANCE_LENGTH) || 'fairlead',
    action: 'PublishRecords',
    reason,
    type: reason === 'NotPublished' ? 'Warning' : 'Normal',
    regarding: { apiVersion: apiVersionOf(served), kind: served.listKind.replace(/List$/, ''), namespace, name, uid },
    note: withinBytes(printable(note), NOTE_BYTES),
  };
}

/** Of one reason an object has one in a minute: a second one has the same name, and is refused. */
function eventName(uid: string, reason: string, now: number): string {
  const what = [uid, reason, Math.floor(now / MINUTE)].join(' ');
  return `fairlead.${createHash('sha256').update(what).digest('hex').slice(0, 20)}`;
}

/** `/api/v1/services` is v1, `/apis/networking.k8s.io/v1/ingresses` networking.k8s.io/v1. */
const apiVersionOf = ({ path, plural }: Served) => path.replace(/^\/apis?\//, '').slice(0, -plural.length - 1);

function withinBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  // A character that is cut in two decodes as one that stands for nonsense.
  return `${bytes
    .subarray(0, most - 3)
    .toString()
    .replace(/\uFFFD$/, '')}…`;
}
