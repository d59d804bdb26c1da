import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { arnOf } from '../emulators/sqs/arn.ts';

export interface Queues {
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
}

/** As infra/queue.yml has it. */
const MAX_RECEIVE_COUNT = 10;

/** The FIFO queue of the stack and its dead-letter queue, with the settings they are deployed with. */
export async function createQueues(sqs: SQSClient, visibilitySeconds: number): Promise<Queues> {
  const deadLetterUrl = await create(sqs, 'fairlead-local-dead-letters.fifo', {});
  const queueUrl = await create(sqs, 'fairlead-local.fifo', {
    ContentBasedDeduplication: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: await arnOf(sqs, deadLetterUrl),
      maxReceiveCount: MAX_RECEIVE_COUNT,
    }),
  });
  return { queueUrl, deadLetterUrl };
}

async function create(sqs: SQSClient, QueueName: string, attributes: Record<string, string>): Promise<string> {
  const Attributes = { FifoQueue: 'true', ...attributes };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  if (QueueUrl === undefined) throw new Error(`SQS gave no URL for the queue ${QueueName}`);
  return QueueUrl;
}
