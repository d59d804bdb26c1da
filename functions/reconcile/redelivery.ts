import { awsClient } from '../../lib/aws/index.ts';
import { type Backoff, stepAfter } from '../../lib/backoff.ts';
import type { AskedMessage } from './event.ts';

/** Seconds. */
const WAITS: Backoff = { first: 5, longest: 120 };

/**
 * How long a message whose run failed stays hidden, by the times it has been received (1 is the first): twice as long each
 * time. Left to the queue, it would stay hidden for the whole visibility time, which is longer than a run may take, and
 * its shard with it. Not spread: the messages of a shard wait together, and only for each other.
 */
export function secondsHidden(receives: number): number {
  return stepAfter(receives, WAITS);
}

/** Lets messages be delivered again soon. A message group waits for its earliest message, so all of a run are named. */
export type RetrySoon = (messages: readonly AskedMessage[]) => Promise<void>;

/** Through SQS. The client is loaded when a run fails, which is seldom. @throws what SQS answers */
export function retryThrough(QueueUrl: string, secondsFor = secondsHidden): RetrySoon {
  return async messages => {
    const { ChangeMessageVisibilityBatchCommand, SQSClient } = await import('./sqs-client.ts');
    const Entries = messages.flatMap(({ receiptHandle, receives = 1 }, index) =>
      receiptHandle === undefined
        ? []
        : [{ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: secondsFor(receives) }],
    );
    if (Entries.length === 0) return;
    const { Failed = [] } = await awsClient(SQSClient, {}).send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }),
    );
    if (Failed[0]) throw new Error(`SQS did not change the visibility of a message: ${Failed[0].Message}`);
  };
}
