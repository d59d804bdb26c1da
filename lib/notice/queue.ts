import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Notice } from '../model/index.ts';

/**
 * Puts a notice on the FIFO queue, in the message group of its shard.
 *
 * The deduplication id is the notice's own number: for five minutes SQS drops a message that repeats it
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html).
 * That drops only what is said already. A notice sent again because its answer was lost says nothing new, and the run that
 * its first copy asks for begins after that copy came, so after the change. A later change has another number, even
 * where the text is the same, so it is never dropped, whether a run is going on or not.
 */
export async function sendNotice(sqs: SQSClient, queueUrl: string, notice: Notice, shard: string): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(notice),
      MessageGroupId: shard,
      MessageDeduplicationId: deduplicationId(notice),
    }),
  );
}

export function deduplicationId({ cluster, source, sequence }: Notice): string {
  return createHash('sha256')
    .update(JSON.stringify([cluster, source, sequence]))
    .digest('hex');
}
