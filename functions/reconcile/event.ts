import * as z from 'zod';
import { addTo } from '../../lib/group.ts';
import type { ClusterName, DnsName, RunCause, RunRequest, ZoneId } from '../../lib/model/index.ts';
import { Clusters, InvalidEvent, type Message, readMessage, refusal, Schedule } from './message.ts';

export { InvalidEvent };

/** What an event asks for: a run, or a run for each shard that a batch of messages is about. */
export type Trigger =
  | { readonly kind: 'run'; readonly request: RunRequest; readonly by: RunCause }
  | { readonly kind: 'batch'; readonly runs: readonly BatchRun[]; readonly malformed: readonly MalformedMessage[] };

/** One run over the union of what the messages of a group ask for. */
export interface BatchRun {
  readonly request: RunRequest;
  readonly messages: readonly AskedMessage[];
}

export interface AskedMessage {
  readonly messageId: string;
  readonly receiptHandle?: string;
  /** How often it has been received, this time included. */
  readonly receives?: number;
  /** Epoch milliseconds at which SQS took it. */
  readonly sentAt?: number;
  /** Epoch milliseconds of the change that a notice tells of. */
  readonly since?: number;
}

/** The names that an event may use. */
export interface Known {
  readonly clusters: readonly ClusterName[];
  readonly shards: readonly string[];
}

export interface MalformedMessage {
  readonly messageId: string;
  readonly message: string;
}

const Payload = z.strictObject({
  mode: z.enum(['sync', 'plan']).default('sync'),
  force: z.boolean().default(false),
  clusters: Clusters.optional(),
});
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
const SqsBatch = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:sqs'),
        messageId: z.string(),
        receiptHandle: z.string().optional(),
        body: z.string(),
        attributes: z
          .object({
            MessageGroupId: z.string().optional(),
            SentTimestamp: z.coerce.number().optional(),
            ApproximateReceiveCount: z.coerce.number().optional(),
          })
          .optional(),
      }),
    )
    .min(1),
});
type SqsRecord = z.infer<typeof SqsBatch>['Records'][number];

const ALLOWED =
  'a payload is {"mode": "sync" or "plan", "force": true or false, "clusters": ["name", …]}, every field optional';

/**
 * Reads what the function was started with: an EventBridge schedule, an SQS batch, or a payload given by hand. Throws
 * InvalidEvent for anything else; a malformed message of a batch is listed instead, because a notice is only a hint and
 * must not hold up the others.
 */
export function readTrigger(event: unknown, known: Known): Trigger {
  const batch = SqsBatch.safeParse(event);
  if (batch.success) return readBatch(batch.data.Records, known);
  if (Schedule.safeParse(event).success) return { kind: 'run', request: WHOLE_FLEET, by: 'schedule' };
  const payload = Payload.safeParse(event);
  if (!payload.success) throw refusal(payload.error, ALLOWED);
  const { mode, force, clusters } = payload.data;
  if (clusters !== undefined) checkKnown(clusters, known);
  return { kind: 'run', request: { mode, force, ...(clusters && { clusters }) }, by: 'manual' };
}

const WHOLE_FLEET: RunRequest = { mode: 'sync', force: false };

type Asked = { readonly record: SqsRecord; readonly message: Message };

/** Lambda hands over messages of several groups at once; a group is a shard (infra/queue.yml). */
function readBatch(records: readonly SqsRecord[], known: Known): Trigger {
  const groups = new Map<string | undefined, Asked[]>();
  const malformed: MalformedMessage[] = [];
  for (const record of records) {
    try {
      const message = readMessage(record.body);
      if (message.kind === 'clusters') checkKnown(message.clusters, known);
      const group = record.attributes?.MessageGroupId;
      addTo(groups, group, { record, message });
    } catch (error) {
      if (!(error instanceof InvalidEvent)) throw error;
      malformed.push({ messageId: record.messageId, message: error.message });
    }
  }
  return { kind: 'batch', runs: [...groups].map(([group, asked]) => runOf(group, asked, known)), malformed };
}

/**
 * Messages that name clusters run for these, in whatever shard the config has them now; the others for the shard that
 * their group is, or for the whole fleet when it is none (any more).
 */
function runOf(group: string | undefined, asked: readonly Asked[], { shards }: Known): BatchRun {
  const messages = asked.map(({ message }) => message);
  const clusters = messages.some(({ kind }) => kind === 'shard') ? undefined : clustersOf(messages);
  const ofGroup = clusters === undefined || clusters.length === 0;
  const request: RunRequest = {
    ...WHOLE_FLEET,
    ...(ofGroup && group !== undefined && shards.includes(group) && { shard: group }),
    ...(clusters !== undefined && { clusters }),
    ...rereadOf(messages),
  };
  return { request, messages: asked.map(askedMessage) };
}

function clustersOf(messages: readonly Message[]): ClusterName[] {
  return [...new Set(messages.flatMap(message => (message.kind === 'clusters' ? message.clusters : [])))].sort();
}

/** Names that somebody changed, by zone. */
function rereadOf(messages: readonly Message[]): Pick<RunRequest, 'reread'> {
  const zones = new Map<ZoneId, Set<DnsName>>();
  for (const message of messages) {
    if (message.kind !== 'names') continue;
    zones.set(message.zone, new Set([...(zones.get(message.zone) ?? []), ...message.names]));
  }
  if (zones.size === 0) return {};
  return { reread: [...zones].map(([zone, names]) => ({ zone, names: [...names].sort() })) };
}

function askedMessage({ record: { messageId, receiptHandle, attributes }, message }: Asked): AskedMessage {
  const { SentTimestamp: sentAt, ApproximateReceiveCount: receives } = attributes ?? {};
  const since = message.kind === 'clusters' ? message.since : undefined;
  return {
    messageId,
    ...(receiptHandle !== undefined && { receiptHandle }),
    ...(receives !== undefined && { receives }),
    ...(sentAt !== undefined && { sentAt }),
    ...(since !== undefined && { since }),
  };
}

function checkKnown(clusters: readonly ClusterName[], known: Known): void {
  const stranger = clusters.find(name => !known.clusters.includes(name));
  if (stranger === undefined) return;
  throw new InvalidEvent(`clusters: "${stranger}" is not in the config, which has ${known.clusters.join(', ')}`);
}
