import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { arnOf } from '../sqs/arn.ts';
import type { Lambda } from './lambda.ts';

export interface EventSourceOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly region: string;
  readonly invoke: Lambda['invoke'];
  /** Told of each batch when its messages are dealt with. */
  readonly onBatch?: (batch: Batch) => void;
}

/** What one invocation was given, and how it ended. Times in epoch milliseconds. */
export interface Batch {
  readonly requestId: string;
  readonly records: readonly SQSRecord[];
  readonly beganAt: number;
  readonly endedAt: number;
  /** Messages that stay on the queue. */
  readonly failed: readonly string[];
  /** Why the invocation failed, if it did. */
  readonly error?: Error;
}

export interface EventSource {
  /** Ends the polling; a batch that is being worked on is let finish. */
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: the most of a FIFO queue. */
const BATCH_SIZE = 10;
const WAIT_SECONDS = 20;
/** After a poll that failed. */
const PAUSE_MS = 200;

/**
 * What Lambda does for a function with a FIFO queue (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html): polls it,
 * invokes the function with up to ten messages, and deletes those that it does not answer as failed. The failed ones, or all
 * when the invocation fails, are visible again when the queue's visibility time is over; the queue moves them to its
 * dead-letter queue after too many tries. One batch at a time, as for a function with one instance.
 */
export async function startEventSource(options: EventSourceOptions): Promise<EventSource> {
  const { sqs, queueUrl } = options;
  const arn = await arnOf(sqs, queueUrl);
  const closing = new AbortController();
  const polling = (async () => {
    while (!closing.signal.aborted) {
      const messages = await receive(options, closing.signal);
      if (messages.length === 0) continue;
      // Not within the call: without an `onBatch` its argument would not even be computed.
      const batch = await passOn(messages, arn, options);
      options.onBatch?.(batch);
    }
  })();
  return {
    close: async () => {
      closing.abort();
      await polling;
    },
  };
}

async function receive({ sqs, queueUrl }: EventSourceOptions, abortSignal: AbortSignal): Promise<readonly Message[]> {
  try {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH_SIZE,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal },
    );
    return Messages;
  } catch {
    // Lambda's pollers try again for as long as it takes, and tell nobody.
    if (!abortSignal.aborted) await sleep(PAUSE_MS);
    return [];
  }
}

async function passOn(messages: readonly Message[], arn: string, options: EventSourceOptions): Promise<Batch> {
  const event: SQSEvent = { Records: messages.map(message => recordOf(message, arn, options.region)) };
  const requestId = randomUUID();
  const beganAt = Date.now();
  const all = event.Records.map(({ messageId }) => messageId);
  let failed: readonly string[] = all;
  let failure: Error | undefined;
  try {
    failed = failedOf(await options.invoke(event, requestId), all);
  } catch (error) {
    failure = error as Error;
  }
  await remove(
    messages.filter(({ MessageId = '' }) => !failed.includes(MessageId)),
    options,
  );
  const batch = { requestId, records: event.Records, beganAt, endedAt: Date.now(), failed };
  return failure ? { ...batch, error: failure } : batch;
}

function recordOf(message: Message, eventSourceARN: string, awsRegion: string): SQSRecord {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}

/** An answer that names a message which was not in the batch, or none by name, counts as the failure of all. */
function failedOf(answer: unknown, all: readonly string[]): readonly string[] {
  const { batchItemFailures } = (answer ?? {}) as {
    batchItemFailures?: readonly { itemIdentifier?: unknown }[] | null;
  };
  const failed = (batchItemFailures ?? []).map(({ itemIdentifier }) => String(itemIdentifier));
  return failed.every(id => all.includes(id)) ? failed : all;
}

async function remove(messages: readonly Message[], { sqs, queueUrl }: EventSourceOptions): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  // What cannot be deleted comes again, which every function of a queue must bear.
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries })).catch(() => {});
}
