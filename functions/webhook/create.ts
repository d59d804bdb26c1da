import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type {
  Context,
  LambdaFunctionURLEvent,
  LambdaFunctionURLEventWithIAMAuthorizer,
  LambdaFunctionURLResult,
} from 'aws-lambda';
import type { Notice } from '../../lib/model/index.ts';
import { MAX_BODY, parseNotice } from '../../lib/notice/index.ts';
import { inTime } from '../in-time.ts';
import { meter } from '../metrics.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { createSample } from './sample.ts';

/** A request as far as it matters who sent it. */
export interface Caller {
  readonly body: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** ARN of the IAM principal that Lambda verified, for a Function URL of type AWS_IAM. */
  readonly principal: string | undefined;
}

/** What the function needs of the world. */
export interface Ports {
  /** Whether the caller may send notices. */
  authenticate(caller: Caller): Promise<boolean>;
  /** Whether who was authenticated may speak for the cluster; absent: for each. */
  maySpeakFor?(caller: Caller, cluster: string): boolean;
  /** The shard of a cluster of the config; undefined for any other name. */
  shardOf(cluster: string): string | undefined;
  /** Puts a notice on the queue, in the message group of the shard. Throws when it is not there. */
  enqueue(notice: Notice, shard: string): Promise<void>;
}

/** Lambda adds the authorizer where the Function URL is of type AWS_IAM. */
type UrlEvent = LambdaFunctionURLEvent | LambdaFunctionURLEventWithIAMAuthorizer;

/** Why a request is refused. Outsiders are told the status alone. */
export const STATUS = {
  'too-large': 413,
  unauthenticated: 401,
  malformed: 400,
  'unknown-cluster': 400,
  'other-cluster': 403,
} as const;
type Refusal = keyof typeof STATUS;

/**
 * The handler behind the Function URL: a notice that is signed, well-formed and from a cluster of the config goes on the
 * queue and is answered with 202. When the queue does not take it the handler throws: Lambda answers 502, its `Errors`
 * alarm rings, and the sender tries again.
 */
export function createHandler(ports: Ports, telemetry: Telemetry = createTelemetry(), now: () => number = Date.now) {
  const { logger, metrics } = telemetry;
  const sample = createSample(now);
  const handle = async (event: UrlEvent): Promise<LambdaFunctionURLResult> => {
    const outcome = await take(event, ports);
    if (typeof outcome === 'string') {
      const times = sample(outcome);
      if (times > 0) tellRefused(outcome, times, event.requestContext.http.sourceIp, telemetry);
      return { statusCode: STATUS[outcome] };
    }
    logger.info('notice accepted', { notice: outcome });
    meter(metrics, 'NoticesAccepted', 1);
    return { statusCode: 202 };
  };
  // Not by its middleware, which writes a line also where there is nothing to write.
  const metered = async (event: UrlEvent, context: Context): Promise<LambdaFunctionURLResult> => {
    metrics.captureColdStartMetric(context.functionName);
    try {
      return await handle(event);
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
  return middy(inTime(metered)).use(injectLambdaContext(logger, { resetKeys: true }));
}

/** So often since it was told last, from this address the last time. */
function tellRefused(refusal: Refusal, times: number, sourceIp: string, { logger, metrics }: Telemetry): void {
  logger.warn('notice refused', { refusal, sourceIp, times });
  meter(metrics, 'NoticesRefused', times, { reason: refusal });
}

/** The size is looked at before anything is computed over the body, the caller before anything is read from it. */
async function take(event: UrlEvent, ports: Ports): Promise<Notice | Refusal> {
  const body = bodyOf(event);
  if (Buffer.byteLength(body) > MAX_BODY) return 'too-large';
  const caller = { body, headers: event.headers, principal: principalOf(event) };
  if (!(await ports.authenticate(caller))) return 'unauthenticated';
  const notice = parseNotice(body);
  if (notice === undefined) return 'malformed';
  const shard = ports.shardOf(notice.cluster);
  if (shard === undefined) return 'unknown-cluster';
  if (ports.maySpeakFor?.(caller, notice.cluster) === false) return 'other-cluster';
  await ports.enqueue(notice, shard);
  return notice;
}

function bodyOf({ body = '', isBase64Encoded }: UrlEvent): string {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
}

function principalOf({ requestContext }: UrlEvent): string | undefined {
  return 'authorizer' in requestContext ? requestContext.authorizer.iam.userArn : undefined;
}
