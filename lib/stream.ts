import {
  DescribeEventBusCommand,
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { parseArn } from './aws/arn.ts';
import { awsClient, withinDeadline } from './aws/index.ts';
import { type Backoff, waitAfter } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import type { News, StreamEvent } from './model/index.ts';
import { once } from './once.ts';
import { mapLimit } from './parallel.ts';
import { reasonOf } from './reason.ts';
import { chosenFrom, eventsOf, MOST_BYTES } from './report/events.ts';

/** Sends the news of runs, until so many epoch milliseconds. What is not sent is counted, not thrown. */
export type Stream = (news: readonly News[], untilMs: number) => Promise<Streamed>;

export interface Streamed {
  readonly sent: number;
  /** What the bus did not take, or there was no time or room for. */
  readonly lost: number;
  /** Why, in the words of the first that was refused. */
  readonly fault?: string;
}

/** An invocation sends as many at most: a first sync of very many must not hold up what comes after it. */
const MOST_EVENTS = 1_000;
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_A_CALL = 10;
const CALLS_AT_ONCE = 4;
const ATTEMPTS = 3;
const WAITS: Backoff = { first: 150, longest: 1_000 };
/** What another attempt may mend; a bus that there is not, or a right that is missing, stays so. */
const PASSING = /Throttling|InternalFailure|InternalException|InternalError|ServiceUnavailable/;

/** Who sends, where it is not the function: its own credentials. */
interface Sender {
  readonly credentials?: NonNullable<EventBridgeClientConfig['credentials']>;
  readonly clock?: Clock;
}

/**
 * @param bus ARN of the event bus
 * @param service names the deployment in each event
 */
export function streamTo(bus: string, service: string, { credentials, clock = systemClock }: Sender = {}): Stream {
  // Loaded at once, not when it is needed: so the bundler leaves out two thirds of it.
  const client = once(() => clientFor(bus, credentials));
  return async (news, untilMs) => {
    const events = news.flatMap(one => eventsOf(one, service));
    if (events.length === 0) return { sent: 0, lost: 0 };
    const entries = chosenFrom(events, MOST_EVENTS).map(event => entryOf(event, bus));
    const sending = new Sending(client(), clock, untilMs);
    await withinDeadline(untilMs, () => sending.all(batchesOf(entries)));
    const { sent, fault } = sending;
    if (sent === events.length) return { sent, lost: 0 };
    return { sent, lost: events.length - sent, fault: fault ?? `more than ${MOST_EVENTS} events` };
  };
}

/** Whether a bus takes events of a caller. */
export type BusProbe = 'takes' | 'absent' | { readonly denied: string };

/**
 * Tries it without an event: one whose detail is no JSON is refused by itself, after the right to send it was looked at. A bus
 * that is not there is told by its description, where the caller may ask for that, since PutEvents may take events for none.
 *
 * @throws what the client throws, where it is not a right that is missing
 */
export async function probeBus(bus: string, credentials: NonNullable<Sender['credentials']>): Promise<BusProbe> {
  const client = clientFor(bus, credentials);
  try {
    await client.send(new DescribeEventBusCommand({ Name: bus }));
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return 'absent';
  }
  try {
    const entry = { Source: 'fairlead', DetailType: 'Doctor', Detail: 'no JSON', EventBusName: bus };
    const { Entries: [{ ErrorCode: code, ErrorMessage: message } = {}] = [] } = await client.send(
      new PutEventsCommand({ Entries: [entry] }),
    );
    if (code === undefined || code === 'MalformedDetail') return 'takes';
    throw Object.assign(new Error(`${code}: ${message}`), { name: code });
  } catch (error) {
    if (DENIED.test((error as Error).name)) return { denied: reasonOf(error) };
    throw error;
  }
}

const DENIED = /AccessDenied|NotAuthorized/;

function clientFor(bus: string, credentials?: Sender['credentials']): EventBridgeClient {
  const region = parseArn(bus)?.region ?? '';
  return awsClient(EventBridgeClient, { region, maxAttempts: ATTEMPTS, ...(credentials && { credentials }) });
}

class Sending {
  sent = 0;
  fault: string | undefined;
  /** A call that failed as a whole after the SDK's attempts: the next would fail, too. */
  #over = false;
  readonly #client: EventBridgeClient;
  readonly #clock: Clock;
  readonly #untilMs: number;

  constructor(client: EventBridgeClient, clock: Clock, untilMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#untilMs = untilMs;
  }

  async all(batches: readonly PutEventsRequestEntry[][]): Promise<void> {
    await mapLimit(batches, CALLS_AT_ONCE, async batch => {
      if (!this.#isOver()) await this.#whole(batch);
    });
  }

  #isOver(): boolean {
    if (this.#clock.now() >= this.#untilMs) this.fault ??= 'there was no time left';
    return this.#over || this.#clock.now() >= this.#untilMs;
  }

  /** A call takes some entries and refuses others: these alone are sent again. */
  async #whole(batch: readonly PutEventsRequestEntry[]): Promise<void> {
    let left = batch;
    for (let attempt = 1; left.length > 0 && !this.#isOver(); attempt++) {
      left = await this.#once(left);
      if (left.length === 0 || attempt === ATTEMPTS) return;
      await this.#clock.sleep(waitAfter(attempt, WAITS, this.#clock));
    }
  }

  /** @returns what may be taken another time */
  async #once(batch: readonly PutEventsRequestEntry[]): Promise<PutEventsRequestEntry[]> {
    try {
      const { Entries = [] } = await this.#client.send(new PutEventsCommand({ Entries: [...batch] }));
      const refused = batch.flatMap((entry, i) => {
        const { ErrorCode: code, ErrorMessage: message } = Entries[i] ?? {};
        return code === undefined ? [] : [{ entry, code, message }];
      });
      this.sent += batch.length - refused.length;
      const [first] = refused;
      if (first !== undefined) this.fault ??= `${first.code}: ${first.message}`;
      return refused.filter(({ code }) => PASSING.test(code)).map(({ entry }) => entry);
    } catch (error) {
      this.#over = true;
      this.fault ??= reasonOf(error);
      return [];
    }
  }
}

function entryOf({ type, zone, detail }: StreamEvent, bus: string): PutEventsRequestEntry {
  return {
    Source: 'fairlead',
    DetailType: type,
    Detail: JSON.stringify(detail),
    Time: new Date(detail.at),
    EventBusName: bus,
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
    ...(zone !== undefined && { Resources: [`arn:${parseArn(bus)?.partition}:route53:::hostedzone/${zone}`] }),
  };
}

/** As full as calls may be. */
function batchesOf(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Detail ?? '');
    const last = batches.at(-1);
    if (last === undefined || last.length === ENTRIES_A_CALL || bytes + size > MOST_BYTES) {
      batches.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return batches;
}
