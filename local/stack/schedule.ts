import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { DEFAULT_ACCOUNT } from '../emulators/aws/credentials.ts';

export interface ScheduleOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly region: string;
  readonly shards: readonly string[];
}

/** Sends what EventBridge's rule sends at its time: an event for each shard, in the shard's message group. */
export async function sendSchedule({ sqs, queueUrl, region, shards }: ScheduleOptions, now: Date): Promise<void> {
  const event = {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: DEFAULT_ACCOUNT,
    time: now.toISOString().replace(/\.\d{3}/, ''),
    region,
    resources: [`arn:aws:events:${region}:${DEFAULT_ACCOUNT}:rule/fairlead-local-schedule`],
    detail: {},
  };
  for (const MessageGroupId of shards)
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event), MessageGroupId }));
}
