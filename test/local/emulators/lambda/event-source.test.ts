import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Batch, type EventSource, startEventSource } from '../../../../local/emulators/lambda/event-source.ts';
import { startWorld, type World } from '../../../../local/world.ts';
import { sqs } from '../../clients.ts';

let world: World;
let client: SQSClient;
let source: EventSource | undefined;
let queueUrl: string;
let deadUrl: string;
let batches: Batch[];
let id = 0;

beforeEach(async () => {
  world = await startWorld({ region: 'eu-west-1' });
  client = sqs(world);
  batches = [];
  deadUrl = await queue('dead.fifo');
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
  );
  queueUrl = await queue('work.fifo', {
    // For longer than any test takes: a message comes again when `release` says so, not when a second is over.
    VisibilityTimeout: '600',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes.QueueArn, maxReceiveCount: 2 }),
  });
});
afterEach(async () => {
  await source?.close();
  source = undefined;
  client.destroy();
  await world.close();
});

async function queue(QueueName: string, attributes: Record<string, string> = {}): Promise<string> {
  const Attributes = { FifoQueue: 'true', ...attributes };
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

async function send(group: string, ...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies)
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody,
        MessageGroupId: group,
        MessageDeduplicationId: `${++id}`,
      }),
    );
}

async function start(handler: (event: SQSEvent) => Promise<unknown> | unknown): Promise<void> {
  source = await startEventSource({
    sqs: client,
    queueUrl,
    region: 'eu-west-1',
    invoke: async event => handler(event as SQSEvent),
    onBatch: batch => batches.push(batch),
  });
}

/** Makes those messages of a batch visible again that failed. */
async function release({ records, failed }: Batch): Promise<void> {
  for (const { messageId, receiptHandle } of records)
    if (failed.includes(messageId))
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
      );
}
/** The batch of this number, once it is dealt with. */
const batchOf = (number: number) => until(() => batches[number - 1] ?? expect.fail(`there is no batch ${number} yet`));

const bodies = (batch: Pick<Batch, 'records'>) => batch.records.map(({ body }) => body);
const until = <T>(fact: () => T | Promise<T>) => vi.waitFor(fact, { timeout: 45_000, interval: 20 });
const left = async (url: string) => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
};
const fails = (event: SQSEvent, body: string) => ({
  batchItemFailures: event.Records.filter(record => record.body === body).map(({ messageId }) => ({
    itemIdentifier: messageId,
  })),
});

test('messages come in the shape of the SQS event, and are deleted after the answer', async () => {
  await send('one', 'a');
  let event: SQSEvent | undefined;
  await start(given => {
    event = given;
  });
  await until(() => expect(batches).toHaveLength(1));
  expect(event).toEqual({
    Records: [
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'a',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          MessageGroupId: 'one',
          MessageDeduplicationId: expect.any(String),
          SequenceNumber: expect.any(String),
        }),
        messageAttributes: {},
        md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
        eventSource: 'aws:sqs',
        eventSourceARN: expect.stringMatching(/^arn:aws:sqs:eu-west-1:\d{12}:work\.fifo$/),
        awsRegion: 'eu-west-1',
      },
    ],
  });
  expect(await left(queueUrl)).toBe(0);
});

test('a batch has ten messages at most; a group is not handed out while one of its batches is worked on', async () => {
  await send('one', ...Array.from({ length: 13 }, (_, i) => `m${i}`));
  let atWork = 0;
  let most = 0;
  await start(async () => {
    most = Math.max(most, ++atWork);
    await new Promise(resolve => setTimeout(resolve, 50));
    atWork--;
  });
  await until(() => expect(batches).toHaveLength(2));
  expect(batches.map(bodies).map(({ length }) => length)).toEqual([10, 3]);
  expect(most).toBe(1);
});

test('what is answered as failed comes again, the rest is deleted', async () => {
  await send('one', 'good', 'bad');
  let tries = 0;
  await start(event => (++tries === 1 ? fails(event, 'bad') : undefined));
  await release(await batchOf(1));
  await batchOf(2);
  expect(batches.map(bodies)).toEqual([['good', 'bad'], ['bad']]);
  expect(batches[1]?.records[0]?.attributes.ApproximateReceiveCount).toBe('2');
  expect(await left(queueUrl)).toBe(0);
});

test.each<[string, (event: SQSEvent) => unknown]>([
  [
    'an invocation that fails',
    () => {
      throw new Error('out of memory');
    },
  ],
  ['an answer that names a stranger', () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] })],
  ['an answer that names nothing', () => ({ batchItemFailures: [{}] })],
])('%s is the failure of the whole batch', async (_, handler) => {
  await send('one', 'a', 'b');
  await start(handler);
  await until(() => expect(batches).toHaveLength(1));
  expect(batches[0]?.failed).toHaveLength(2);
  expect(await left(queueUrl)).toBe(2);
});

test('a message that fails too often goes to the dead-letter queue; other groups go on meanwhile', async () => {
  await send('one', 'bad');
  await send('two', 'good');
  await start(event => fails(event, 'bad'));
  await release(await batchOf(1));
  await release(await batchOf(2));
  expect(batches.map(bodies)).toEqual([['bad', 'good'], ['bad']]);
  await until(async () => expect(await left(queueUrl)).toBe(0));
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: deadUrl }));
  expect(Messages.map(({ Body }) => Body)).toEqual(['bad']);
});

test('a queue that does not answer is polled again', async () => {
  world.sqs.faults.failNext('ReceiveMessage', 'ServiceUnavailable', 2);
  await start(() => undefined);
  await send('one', 'a');
  await until(() => expect(batches.map(bodies)).toEqual([['a']]));
});
