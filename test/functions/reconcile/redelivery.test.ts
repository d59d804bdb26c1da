import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { retryThrough, secondsHidden } from '../../../functions/reconcile/redelivery.ts';

describe('a message whose run failed', () => {
  it.each([
    [1, 5],
    [2, 10],
    [5, 80],
    [6, 120],
    [100, 120],
  ])('is hidden, when it was received %i times, for %i seconds', (receives, seconds) => {
    expect(secondsHidden(receives)).toBe(seconds);
  });
});

describe('a failed batch on the queue', () => {
  let server: FauxqsServer;
  let sqs: SQSClient;
  let QueueUrl = '';
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    const endpoint = `http://127.0.0.1:${server.port}`;
    sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '360' };
    const created = await sqs.send(new CreateQueueCommand({ QueueName: 'q.fifo', Attributes }));
    // The client goes where the URL points.
    QueueUrl = endpoint + new URL(created.QueueUrl ?? '').pathname;
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', endpoint);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  const send = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'default' }));
  const receive = async (): Promise<Message | undefined> =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }))).Messages?.[0];
  const asked = ({ MessageId = '', ReceiptHandle = '' }: Message) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    receives: 1,
  });

  it('is not hidden for the whole visibility time, nor is what waits behind it', async () => {
    await send('1');
    await send('2');
    const first = await receive();
    expect(await receive()).toBeUndefined();
    const waits: number[] = [];
    await retryThrough(QueueUrl, receives => {
      waits.push(receives);
      return 0;
    })([asked(first as Message)]);
    expect(waits).toEqual([1]);
    expect((await receive())?.Body).toBe('1');
  });

  it('that SQS knows nothing of is told', async () => {
    const unknown = { messageId: 'm', receiptHandle: 'unknown', receives: 1 };
    await expect(retryThrough(QueueUrl)([unknown])).rejects.toThrow();
  });

  it('without handles asks SQS for nothing', async () => {
    await expect(retryThrough('http://127.0.0.1:9/nowhere')([{ messageId: 'm' }])).resolves.toBeUndefined();
  });
});
