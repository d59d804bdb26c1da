import { pipeline, type Readable, Transform } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { answerLimit, timeLeft } from './deadline.ts';
import { SilentServers } from './silence.ts';

type Handle = NodeHttpHandler['handle'];
type Answer = Awaited<ReturnType<Handle>>;
type Signal = Pick<AbortSignal, 'aborted'>;

/** Milliseconds. */
export interface HttpLimits {
  /** Until there is a connection: of a network without a way out, packets are dropped and nothing says so. */
  readonly connect: number;
  /** Until the head of the answer is there. */
  readonly answer: number;
  /** Between two parts of the body. */
  readonly idle: number;
  /** From the beginning to the last byte. */
  readonly whole: number;
  /** Of an answer, in MiB: one without end would take all memory long before its time is up. */
  readonly mebibytes: number;
}

/** Route 53 takes a second or two for a full batch or page; the largest thing that is read is a zone's copy, of some MB. */
const LIMITS: HttpLimits = { connect: 3_000, answer: 15_000, idle: 10_000, whole: 60_000, mebibytes: 128 };

/**
 * An HTTP handler for AWS clients that never waits for ever. The SDK itself has no limits, and its `requestTimeout` only
 * warns unless `throwOnRequestTimeout` is set (@smithy/node-http-handler, set-request-timeout.ts); none of its limits
 * covers a body that trickles. Where the work has a deadline (see withinDeadline), no request outlives it and none begins after it.
 *
 * What takes too long fails with a `TimeoutError`, which the SDK takes for a fault that may pass. A server that was silent twice
 * in a row is not asked for a while, and so each of many requests does not wait its own time in vain.
 */
export class BoundedHandler extends NodeHttpHandler {
  readonly #whole: number;
  readonly #mebibytes: number;
  readonly #silent = new SilentServers();

  constructor({ connect, answer, idle, whole, mebibytes }: HttpLimits = LIMITS) {
    super({ connectionTimeout: connect, requestTimeout: answer, socketTimeout: idle, throwOnRequestTimeout: true });
    this.#whole = whole;
    this.#mebibytes = mebibytes;
  }

  override async handle(request: Parameters<Handle>[0], options: Parameters<Handle>[1] = {}): Promise<Answer> {
    const left = timeLeft();
    const whole = Math.min(this.#whole, answerLimit());
    const late = () => timeout(request.hostname, Math.min(whole, left), left <= whole);
    if (left <= 0) throw late();
    const server = `${request.hostname}:${request.port ?? ''}`;
    const beganAt = performance.now();
    if (this.#silent.isLeft(server, beganAt)) throw unanswered(request.hostname);
    const limit = new AbortController();
    const tooLong = () => {
      // One that trickles is as silent. Where its work had no more time, that is not its fault.
      if (left > whole) this.#silent.wasSilent(server, beganAt);
      limit.abort(late());
    };
    const timer = setTimeout(tooLong, Math.min(whole, left)).unref();
    const given = options.abortSignal;
    try {
      const answer = await super.handle(request, { ...options, abortSignal: either(limit.signal, given) });
      answer.response.body = bounded(answer.response.body, limit.signal, {
        most: this.#mebibytes,
        host: request.hostname,
        done: cameWhole => {
          clearTimeout(timer);
          if (cameWhole) this.#silent.answered(server);
        },
      });
      return answer;
    } catch (error) {
      clearTimeout(timer);
      if (limit.signal.aborted) throw limit.signal.reason;
      if (isUnreachable(error)) throw unreachable(request.hostname, error);
      if (!isTimeout(error)) throw error;
      if (!isCut(error)) this.#silent.wasSilent(server, beganAt);
      throw unanswered(request.hostname, error);
    }
  }
}

/** One for all clients of a process, and so one pool of connections. */
export const awsHttp = new BoundedHandler();

function either(limit: AbortSignal, given: Signal | undefined): AbortSignal {
  return given instanceof AbortSignal ? AbortSignal.any([limit, given]) : limit;
}

interface Body {
  /** MiB. */
  readonly most: number;
  readonly host: string;
  /** It has come whole, or never will. */
  readonly done: (whole: boolean) => void;
}

/** The limits hold until the body has come: it ends with the limit's own error then, not with that of a torn connection. */
function bounded(body: Readable, limit: AbortSignal, { most, host, done }: Body): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(part: Buffer, _, next) {
      bytes += part.length;
      next(bytes > most * 2 ** 20 ? tooLarge(host, most) : null, part);
    },
  });
  const end = () => counted.destroy(limit.reason);
  limit.addEventListener('abort', end, { once: true });
  return pipeline(body, counted, error => {
    limit.removeEventListener('abort', end);
    done(!error);
  });
}

const isTimeout = (error: unknown): error is Error => error instanceof Error && error.name === 'TimeoutError';

/** The SDK calls a connection that was cut a timeout, too. */
const isCut = ({ code }: Error & { code?: string }) => code === 'ECONNRESET' || code === 'EPIPE';

const isUnreachable = (error: unknown): error is Error & { readonly code: string } =>
  /^(ECONNREFUSED|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/.test(
    String((error as { code?: unknown }).code),
  );

/** Node's own words say what happened, and not where to look. */
function unreachable(host: string, cause: Error & { readonly code: string }): Error {
  const message = `${host} cannot be reached (${cause.message || cause.code}): is there a way to it from here (network, proxy, VPC endpoint, AWS_ENDPOINT_URL)?`;
  return Object.assign(new Error(message, { cause }), { name: cause.name, code: cause.code });
}

/** The SDK's own words name neither the host nor what to look at. */
function unanswered(host: string, cause?: Error & { code?: string }): Error {
  const cut = cause !== undefined && isCut(cause);
  const what = cut ? `broke off before it answered (${cause.message})` : 'gave no answer in time';
  const message = `${host} ${what}: is there a way to it from here (network, proxy, VPC endpoint)?`;
  return Object.assign(new Error(message, { cause }), { name: 'TimeoutError', code: cut ? cause.code : 'ETIMEDOUT' });
}

const tooLarge = (host: string, most: number) =>
  Object.assign(
    new Error(
      `${host}: its answer does not end (more than ${most} MiB): what stands between (a proxy, AWS_ENDPOINT_URL)?`,
    ),
    { name: 'AnswerTooLarge' },
  );

function timeout(host: string, milliseconds: number, last: boolean): Error {
  const why = last ? 'no whole answer in the time that was left' : `no whole answer within ${milliseconds} ms`;
  return Object.assign(new Error(`${host}: ${why}`), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
