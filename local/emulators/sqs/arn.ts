import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** The ARN of a queue. Throws what SQS answers. */
export async function arnOf(sqs: SQSClient, QueueUrl: string): Promise<string> {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  if (Attributes.QueueArn === undefined) throw new Error(`SQS knows no ARN of ${QueueUrl}`);
  return Attributes.QueueArn;
}
