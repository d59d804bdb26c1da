import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';

/** Lines that CloudWatch Logs hands over at once. They are of one stream of one log group. */
export type Batch = z.infer<typeof Batch>;

/** What the function was invoked with is not what CloudWatch Logs sends; the message says what is wrong with it. */
export class InvalidEvent extends Error {
  // Lambda answers this as `errorType`; the class's own name does not survive minification.
  override readonly name = 'InvalidEvent';
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample
const Invocation = z.object({ awslogs: z.object({ data: z.string() }) });
const Batch = z.object({
  messageType: z.enum(['DATA_MESSAGE', 'CONTROL_MESSAGE']),
  logGroup: z.string(),
  logStream: z.string(),
  subscriptionFilters: z.optional(z.array(z.string())),
  logEvents: z.array(z.object({ id: z.string(), timestamp: z.number(), message: z.string() })),
});

/**
 * Bytes of a batch, unpacked. Lambda takes an asynchronous event of 1 MB at most, and audit lines pack to a tenth or so;
 * what is far beyond that was made to fill the memory.
 */
const MOST_BYTES = 32 * 1024 * 1024;

/** Unpacks and reads what CloudWatch Logs sent. @throws InvalidEvent */
export function readBatch(event: unknown): Batch {
  const invocation = Invocation.safeParse(event);
  if (!invocation.success) throw new InvalidEvent('expected {"awslogs": {"data": "…"}}, as CloudWatch Logs sends it');
  const batch = Batch.safeParse(unpack(invocation.data.awslogs.data));
  if (batch.success) return batch.data;
  const [fault] = batch.error.issues;
  throw new InvalidEvent(`awslogs.data: ${fault?.path.join('.')}: ${fault?.message}`);
}

function unpack(data: string): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MOST_BYTES }).toString());
  } catch (cause) {
    throw new InvalidEvent(`awslogs.data: expected JSON, gzip, base64, of ${MOST_BYTES} bytes at most`, { cause });
  }
}
