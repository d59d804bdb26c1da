import { readFileSync } from 'node:fs';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Notice } from '../../lib/model/index.ts';
import { sendNotice } from '../../lib/notice/queue.ts';

/** The queue with the properties that it is deployed with. */
const { Properties } = parse(readFileSync('infra/queue.yml', 'utf8'), { logLevel: 'silent' }).Resources.Queue;
const Attributes = Object.fromEntries(
  ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'].map(name => [
    name,
    String(Properties[name]),
  ]),
);

let server: FauxqsServer;
let sqs: SQSClient;
let QueueUrl = '';
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint: `http://127.0.0.1:${server.port}`, region: 'us-east-1', credentials });
});
afterAll(() => server.stop());

let queues = 0;
beforeEach(async () => {
  queues += 1;
  const created = await sqs.send(new CreateQueueCommand({ QueueName: `notices-${queues}.fifo`, Attributes }));
  QueueUrl = created.QueueUrl ?? '';
});

const NOTICE: Notice = { cluster: 'prod', source: 'f-1', sequence: 1, since: 1_785_581_254_322 };
const send = (change: Partial<Notice> = {}, shard = 'default') =>
  sendNotice(sqs, QueueUrl, { ...NOTICE, ...change }, shard);

/** One message, as the run that takes it sees it; it stays hidden from others until it is deleted. */
async function receive() {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }));
  return Messages[0];
}
const finish = (ReceiptHandle: string | undefined) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

/** Takes all that is there, each message by a run of its own, and returns the sequence numbers. */
async function drain(): Promise<number[]> {
  const sequences: number[] = [];
  for (let message = await receive(); message !== undefined; message = await receive()) {
    sequences.push(JSON.parse(message.Body ?? '').sequence);
    await finish(message.ReceiptHandle);
  }
  return sequences;
}

describe('a notice on the queue, within the five minutes of its deduplication', () => {
  it('that says the same with a number of its own is a message of its own', async () => {
    await send({ sequence: 1 });
    await send({ sequence: 2 });
    expect(await drain()).toEqual([1, 2]);
  });

  it('that is sent again because its answer was lost is one message', async () => {
    await send({ sequence: 1 });
    await send({ sequence: 1 });
    expect(await drain()).toEqual([1]);
  });

  it('that arrives while a run for the last one is going on waits for the next run', async () => {
    await send({ sequence: 1 });
    const running = await receive();
    await send({ sequence: 2 });
    expect(await receive()).toBeUndefined(); // one run at a time works on a shard
    await finish(running?.ReceiptHandle);
    expect(await drain()).toEqual([2]);
  });

  it('that arrives after the run for the last one waits for the next run, too', async () => {
    await send({ sequence: 1 });
    expect(await drain()).toEqual([1]);
    await send({ sequence: 2 });
    expect(await drain()).toEqual([2]);
  });

  it('is dropped when it is sent again after its run: the run began after the change that it tells of', async () => {
    await send({ sequence: 1 });
    expect(await drain()).toEqual([1]);
    await send({ sequence: 1 });
    expect(await drain()).toEqual([]);
  });

  it.each([
    ['a forwarder that was started anew, counting from 1 again', { source: 'f-2' }],
    ['another cluster', { cluster: 'prod-2' }],
  ])('of %s is a message of its own', async (_rule, change) => {
    await send();
    await send(change);
    expect(await drain()).toEqual([1, 1]);
  });

  it('of one shard does not wait for a run of another', async () => {
    await send({ sequence: 1 }, 'east');
    await send({ sequence: 2 }, 'west');
    await receive();
    expect(JSON.parse((await receive())?.Body ?? '{}')).toMatchObject({ sequence: 2 });
  });
});
