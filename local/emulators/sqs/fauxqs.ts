// SQS as fauxqs has it, with AWS's way of handing out message groups. Loaded with the first call only: it takes longer to
// start than the rest of a world.
import { buildApp } from 'fauxqs';
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
// Fauxqs exports what wraps these classes, not the classes themselves; the lock file pins them.
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { type SqsQueue, SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';

type Received = ReturnType<SqsQueue['dequeue']>[number];

/**
 * Fauxqs hands out one message of a FIFO group and locks the group. AWS hands out as many as are asked for, ten at most, and
 * locks the group until all of them are deleted or visible again
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html).
 */
function handOutWholeGroups(queue: SqsQueue): SqsQueue {
  const oneOfEachGroup = queue.dequeue.bind(queue);
  queue.dequeue = (most, ...more) => {
    if (!queue.isFifo()) return oneOfEachGroup(most, ...more);
    queue.processTimers();
    const lockedBefore = new Map(queue.fifoLockedGroups);
    const taken = new Map(lockedBefore);
    const messages: Received[] = [];
    for (;;) {
      queue.fifoLockedGroups = new Map(lockedBefore);
      const some: Received[] = messages.length < most ? oneOfEachGroup(most - messages.length, ...more) : [];
      if (some.length === 0) break;
      messages.push(...some);
      for (const [group, count] of queue.fifoLockedGroups)
        taken.set(group, (taken.get(group) ?? 0) + count - (lockedBefore.get(group) ?? 0));
    }
    queue.fifoLockedGroups = taken;
    return messages;
  };
  return queue;
}

class Queues extends SqsStore {
  // Queue URLs then name the host that the client asked.
  override host = '';

  override createQueue(...queue: Parameters<SqsStore['createQueue']>): SqsQueue {
    return handOutWholeGroups(super.createQueue(...queue));
  }
}

export interface Fauxqs {
  post(headers: Readonly<Record<string, string | undefined>>, payload: Buffer): Promise<Reply>;
  /** Ends the polls that wait. */
  close(): Promise<void>;
}

interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly payload: string;
}

/** Without a port of its own: requests are passed to it. */
export function openFauxqs(): Fauxqs {
  const stores = { sqsStore: new Queues(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, stores });
  return {
    post: (headers, payload) => app.inject({ method: 'POST', url: '/', headers, payload }),
    close: () => app.close(),
  };
}
