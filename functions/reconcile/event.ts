import * as z from 'zod';
import type { ClusterName, RunRequest } from '../../lib/model/index.ts';

/** An event that is none of the shapes this function takes; the message names the field and what is allowed. */
export class InvalidEvent extends Error {
  // Lambda answers this as `errorType`; the class's own name does not survive minification.
  override readonly name = 'InvalidEvent';
}

/** What an event asks for: a run, or a run for each shard that a batch of messages is about. */
export type Trigger =
  | { readonly kind: 'run'; readonly request: RunRequest }
  | { readonly kind: 'batch'; readonly runs: readonly BatchRun[]; readonly malformed: readonly MalformedMessage[] };

/** One run over the union of what the messages of a group ask for. */
export interface BatchRun {
  readonly request: RunRequest;
  readonly messageIds: readonly string[];
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

const Clusters = z.array(z.string().min(1)).min(1);
const Payload = z.strictObject({
  mode: z.enum(['sync', 'plan']).default('sync'),
  force: z.boolean().default(false),
  clusters: Clusters.optional(),
});
const Notice = z.strictObject({ clusters: Clusters.optional() });
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
const Schedule = z.object({ source: z.literal('aws.events'), 'detail-type': z.literal('Scheduled Event') });
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
const SqsBatch = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:sqs'),
        messageId: z.string(),
        body: z.string(),
        attributes: z.object({ MessageGroupId: z.string().optional() }).optional(),
      }),
    )
    .min(1),
});
type Message = z.infer<typeof SqsBatch>['Records'][number];

const ALLOWED = {
  payload:
    'a payload is {"mode": "sync" or "plan", "force": true or false, "clusters": ["name", …]}, every field optional',
  message: 'a message is {"clusters": ["name", …]} or {}',
} as const;

/**
 * Reads what the function was started with: an EventBridge schedule, an SQS batch, or a payload given by hand. Throws
 * InvalidEvent for anything else; a malformed message of a batch is listed instead, because a notice is only a hint and
 * must not hold up the others.
 */
export function readTrigger(event: unknown, known: Known): Trigger {
  const batch = SqsBatch.safeParse(event);
  if (batch.success) return readBatch(batch.data.Records, known);
  if (Schedule.safeParse(event).success) return { kind: 'run', request: WHOLE_FLEET };
  const payload = Payload.safeParse(event);
  if (!payload.success) throw refusal(payload.error, ALLOWED.payload);
  const { mode, force, clusters } = payload.data;
  return { kind: 'run', request: { mode, force, ...named(clusters, known) } };
}

const WHOLE_FLEET: RunRequest = { mode: 'sync', force: false };

/** Lambda hands over messages of several groups at once; a group is a shard (infra/queue.yml). */
function readBatch(messages: readonly Message[], known: Known): Trigger {
  const groups = new Map<string | undefined, Asked[]>();
  const malformed: MalformedMessage[] = [];
  for (const { messageId, body, attributes } of messages) {
    try {
      const asked = { messageId, ...readMessage(body, known) };
      const group = attributes?.MessageGroupId;
      groups.set(group, [...(groups.get(group) ?? []), asked]);
    } catch (error) {
      if (!(error instanceof InvalidEvent)) throw error;
      malformed.push({ messageId, message: error.message });
    }
  }
  return { kind: 'batch', runs: [...groups].map(([group, asked]) => runOf(group, asked, known)), malformed };
}

interface Asked extends Pick<RunRequest, 'clusters'> {
  readonly messageId: string;
}

/** The schedule reaches the queue as the EventBridge event itself; everyone else sends a notice. */
function readMessage(body: string, known: Known): Pick<RunRequest, 'clusters'> {
  const value = parseJson(body);
  if (Schedule.safeParse(value).success) return {};
  const notice = Notice.safeParse(value);
  if (!notice.success) throw refusal(notice.error, ALLOWED.message);
  return named(notice.data.clusters, known);
}

/**
 * Messages that name clusters run for these, in whatever shard the config has them now; the others for the shard that
 * their group is, or for the whole fleet when it is none (any more).
 */
function runOf(group: string | undefined, asked: readonly Asked[], { shards }: Known): BatchRun {
  const scope = union(asked);
  const shard = scope.clusters === undefined && group !== undefined && shards.includes(group) ? { shard: group } : {};
  return { request: { ...WHOLE_FLEET, ...shard, ...scope }, messageIds: asked.map(({ messageId }) => messageId) };
}

/** A message without clusters asks for all of them. */
function union(asked: readonly Asked[]): Pick<RunRequest, 'clusters'> {
  const clusters = new Set<ClusterName>();
  for (const { clusters: some } of asked) {
    if (some === undefined) return {};
    for (const name of some) clusters.add(name);
  }
  return { clusters: [...clusters].sort() };
}

function named(clusters: readonly ClusterName[] | undefined, known: Known): Pick<RunRequest, 'clusters'> {
  if (clusters === undefined) return {};
  const stranger = clusters.find(name => !known.clusters.includes(name));
  if (stranger === undefined) return { clusters };
  throw new InvalidEvent(`clusters: "${stranger}" is not in the config, which has ${known.clusters.join(', ')}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEvent(`not JSON; ${ALLOWED.message}`, { cause });
  }
}

function refusal(error: z.ZodError, allowed: string): InvalidEvent {
  const faults = error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  return new InvalidEvent(`${faults.join('; ')}; ${allowed}`);
}
