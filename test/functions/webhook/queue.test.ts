import { SendMessageCommand, type SendMessageCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { deduplicationId, sendNotice } from '../../../functions/webhook/queue.ts';
import type { Notice } from '../../../lib/model/index.ts';

const NOTICE: Notice = { cluster: 'prod-eu', source: 'f-1', sequence: 7, since: 1 };

/** A client that keeps what it was to send. */
function client() {
  const sent: SendMessageCommandInput[] = [];
  class Fake extends SQSClient {
    override send = (async (command: SendMessageCommand) => {
      if (command instanceof SendMessageCommand) sent.push(command.input);
      return {};
    }) as never;
  }
  return { sqs: new Fake({ region: 'eu-west-1' }), sent };
}

describe('a notice on the queue', () => {
  it('stands in the message group of its shard, under an id of its own', async () => {
    const { sqs, sent } = client();
    await sendNotice(sqs, 'https://queue', NOTICE, 'europe');
    expect(sent).toEqual([
      {
        QueueUrl: 'https://queue',
        MessageBody: JSON.stringify(NOTICE),
        MessageGroupId: 'europe',
        MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it.each([
    ['is dropped when it was sent again', NOTICE, true],
    ['is dropped though the clock went on', { ...NOTICE, since: 2 }, true],
    ['is not dropped when it is the next one, though it says the same', { ...NOTICE, sequence: 8 }, false],
    ['is not dropped when the forwarder began anew', { ...NOTICE, source: 'f-2' }, false],
    ['is not dropped when it is another cluster’s', { ...NOTICE, cluster: 'prod-us' }, false],
  ])('%s', (_what, other, same) => {
    expect(deduplicationId(other) === deduplicationId(NOTICE)).toBe(same);
  });
});
