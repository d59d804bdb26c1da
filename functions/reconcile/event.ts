import * as z from 'zod';
import type { ClusterName, RunRequest } from '../../lib/model/index.ts';

/** An event that is none of the shapes this function takes; the message names the field and what is allowed. */
export class InvalidEvent extends Error {
  // Lambda answers this as `errorType`; the class's own name does not survive minification.
  override readonly name = 'InvalidEvent';
}

/** What an event asks for: a run, or one run for a whole batch of messages (none when no message can be understood). */
export type Trigger =
  | { readonly kind: 'run'; readonly request: RunRequest }
  | {
      readonly kind: 'batch';
      readonly request: RunRequest | undefined;
      /** Of the messages that the run is for. */
      readonly messageIds: readonly string[];
      readonly malformed: readonly MalformedMessage[];
    };

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
  Records: z.array(z.object({ eventSource: z.literal('aws:sqs'), messageId: z.string(), body: z.string() })).min(1),
});
type Message = z.infer<typeof SqsBatch>['Records'][number];

const ALLOWED = {
  payload:
    'a payload is {"mode": "sync" or "plan", "force": true or false, "clusters": ["name", …]}, every field optional',
  message: 'a message is {"clusters": ["name", …]} or {}',
} as const;

/**
 * Reads what the function was started with: an EventBridge schedule, an SQS batch, or a payload given by hand.
 * `known` are the names of the configured clusters. Throws InvalidEvent for anything else; a malformed message of a
 * batch is listed instead, because a notice is only a hint and must not hold up the others.
 */
export function readTrigger(event: unknown, known: readonly ClusterName[]): Trigger {
  const batch = SqsBatch.safeParse(event);
  if (batch.success) return readBatch(batch.data.Records, known);
  if (Schedule.safeParse(event).success) return { kind: 'run', request: wholeFleet };
  const payload = Payload.safeParse(event);
  if (!payload.success) throw refusal(payload.error, ALLOWED.payload);
  const { mode, force, clusters } = payload.data;
  return { kind: 'run', request: { mode, force, ...named(clusters, known) } };
}

const wholeFleet: RunRequest = { mode: 'sync', force: false };

function readBatch(messages: readonly Message[], known: readonly ClusterName[]): Trigger {
  const requests: RunRequest[] = [];
  const messageIds: string[] = [];
  const malformed: MalformedMessage[] = [];
  for (const { messageId, body } of messages) {
    try {
      requests.push(readMessage(body, known));
      messageIds.push(messageId);
    } catch (error) {
      if (!(error instanceof InvalidEvent)) throw error;
      malformed.push({ messageId, message: error.message });
    }
  }
  return { kind: 'batch', request: union(requests), messageIds, malformed };
}

/** The schedule reaches the queue as the EventBridge event itself; everyone else sends a notice. */
function readMessage(body: string, known: readonly ClusterName[]): RunRequest {
  const value = parseJson(body);
  if (Schedule.safeParse(value).success) return wholeFleet;
  const notice = Notice.safeParse(value);
  if (!notice.success) throw refusal(notice.error, ALLOWED.message);
  return { ...wholeFleet, ...named(notice.data.clusters, known) };
}

/** One request that does what all of them ask for: one without clusters asks for the whole fleet. */
function union(requests: readonly RunRequest[]): RunRequest | undefined {
  if (requests.length === 0) return undefined;
  const clusters = new Set<ClusterName>();
  for (const request of requests) {
    if (request.clusters === undefined) return wholeFleet;
    for (const name of request.clusters) clusters.add(name);
  }
  return { ...wholeFleet, clusters: [...clusters].sort() };
}

function named(
  clusters: readonly ClusterName[] | undefined,
  known: readonly ClusterName[],
): Pick<RunRequest, 'clusters'> {
  if (clusters === undefined) return {};
  const stranger = clusters.find(name => !known.includes(name));
  if (stranger === undefined) return { clusters };
  throw new InvalidEvent(`clusters: "${stranger}" is not in the config, which has ${known.join(', ')}`);
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
