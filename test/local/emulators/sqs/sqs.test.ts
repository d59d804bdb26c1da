import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { rejection, sqs } from '../../clients.ts';

let world: World;
let client: SQSClient;
let serial = 0;
let id = 0;

beforeEach(async () => {
  world = await startWorld();
  client = sqs(world);
});
afterEach(async () => {
  client.destroy();
  await world.close();
});

async function queue(attributes: Record<string, string> = {}): Promise<string> {
  const QueueName = `q-${++serial}.fifo`;
  const Attributes = { FifoQueue: 'true', ...attributes };
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

async function send(QueueUrl: string, group: string, ...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies)
    await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: group, MessageDeduplicationId: `${++id}` }),
    );
}

async function receive(QueueUrl: string, most = 10): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: most, MessageSystemAttributeNames: ['All'] }),
  );
  return Messages;
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

const showAgain = (QueueUrl: string, { ReceiptHandle }: Message) =>
  client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));

test('a queue is asked at the endpoint of the world', async () => {
  expect(await queue()).toMatch(new RegExp(`^${world.url}/\\d{12}/q-\\d+\\.fifo$`));
});

test('up to ten messages of one group are handed out at once, in their order', async () => {
  const url = await queue();
  const all = Array.from({ length: 12 }, (_, i) => `m${i}`);
  await send(url, 'one', ...all);
  const first = await receive(url);
  expect(bodies(first)).toEqual(all.slice(0, 10));
  expect(first[0]?.Attributes).toMatchObject({
    MessageGroupId: 'one',
    ApproximateReceiveCount: '1',
    SentTimestamp: expect.stringMatching(/^\d{13}$/),
  });
});

test('a group is locked until all that was taken of it is deleted; other groups are not', async () => {
  const url = await queue();
  await send(url, 'one', 'a', 'b', 'c');
  const [a, b] = await receive(url, 2);
  await send(url, 'two', 'x');
  expect(bodies(await receive(url))).toEqual(['x']);
  await remove(url, a!);
  expect(await receive(url)).toEqual([]);
  await remove(url, b!);
  expect(bodies(await receive(url))).toEqual(['c']);
});

test('what is made visible again comes before the rest of its group', async () => {
  const url = await queue();
  await send(url, 'one', 'a', 'b');
  const [a] = await receive(url, 1);
  await showAgain(url, a!);
  const again = await receive(url);
  expect(bodies(again)).toEqual(['a', 'b']);
  expect(again.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['2', '1']);
});

test('a message received too often goes to the dead-letter queue, and its group goes on', async () => {
  const dead = await queue();
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const url = await queue({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes.QueueArn, maxReceiveCount: 2 }),
  });
  await send(url, 'one', 'bad', 'good');
  for (const _ of [1, 2]) {
    const [bad] = await receive(url, 1);
    expect(bad?.Body).toBe('bad');
    await showAgain(url, bad!);
  }
  expect(bodies(await receive(url))).toEqual(['good']);
  expect(bodies(await receive(dead))).toEqual(['bad']);
});

test('a repeated deduplication id is taken for the same message', async () => {
  const url = await queue();
  const message = { QueueUrl: url, MessageGroupId: 'one', MessageDeduplicationId: 'same' };
  const first = await client.send(new SendMessageCommand({ ...message, MessageBody: 'a' }));
  const second = await client.send(new SendMessageCommand({ ...message, MessageBody: 'a' }));
  expect(second.MessageId).toBe(first.MessageId);
  expect(bodies(await receive(url))).toEqual(['a']);
});

test('a stranger is refused, and a fault is answered as SQS would', async () => {
  const url = await queue();
  const stranger = sqs(world, { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'no' } });
  const send = () => new SendMessageCommand({ QueueUrl: url, MessageBody: 'a', MessageGroupId: 'g' });
  expect(await rejection(stranger.send(send()))).toMatch(/^InvalidClientTokenId:/);
  world.sqs.faults.failNext('SendMessage', 'ServiceUnavailable');
  expect(await rejection(client.send(send()))).toMatch(/^ServiceUnavailable:/);
  expect(await rejection(client.send(send()))).toMatch(/ContentBasedDeduplication/);
});
