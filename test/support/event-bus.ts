import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An entry of PutEvents as it comes over the wire. */
export interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly EventBusName: string;
  readonly Time?: number;
  readonly Resources?: readonly string[];
}

export interface EventBus {
  readonly url: string;
  /** What was taken, in the order of the calls. */
  readonly taken: Entry[];
  /** The number of entries of each call. */
  readonly calls: number[];
  /** Says of an entry why it is not taken. */
  refuse: (entry: Entry, call: number) => string | undefined;
  /** Says of a call why it fails as a whole: HTTP status and code. */
  fail: (call: number) => readonly [number, string] | undefined;
  /** Says how a call that asks what the bus is fails: HTTP status and code. */
  describe: () => readonly [number, string] | undefined;
  close(): Promise<void>;
}

const MOST_BYTES = 256 * 1024;

/**
 * EventBridge's PutEvents as far as a sender sees it, with its limits:
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function startEventBus(): Promise<EventBus> {
  const self: EventBus = {
    url: '',
    taken: [],
    calls: [],
    refuse: () => undefined,
    fail: () => undefined,
    describe: () => undefined,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    const text = await textOf(request);
    if (request.headers['x-amz-target'] === 'AWSEvents.DescribeEventBus') {
      const [status, code] = self.describe() ?? [200, undefined];
      return answer(status, code === undefined ? { Name: 'dns' } : { __type: code, message: code });
    }
    const { Entries } = JSON.parse(text) as { Entries: Entry[] };
    const call = self.calls.push(Entries.length);
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents')
      return answer(400, { __type: 'UnknownOperationException' });
    const failure = self.fail(call);
    if (failure) return answer(failure[0], { __type: failure[1], message: failure[1] });
    const fault = faultOf(Entries);
    if (fault !== undefined) return answer(400, { __type: 'ValidationException', message: fault });
    const answers = Entries.map((entry, i) => {
      const code = isJson(entry.Detail) ? self.refuse(entry, call) : 'MalformedDetail';
      if (code !== undefined) return { ErrorCode: code, ErrorMessage: `${code}, says the bus` };
      self.taken.push(entry);
      return { EventId: `${call}-${i}` };
    });
    return answer(200, { FailedEntryCount: answers.filter(one => 'ErrorCode' in one).length, Entries: answers });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(self, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function faultOf(entries: readonly Entry[]): string | undefined {
  if (entries.length < 1 || entries.length > 10) return `1 to 10 entries, not ${entries.length}`;
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MOST_BYTES)
    return 'Total size of the entries in the request is over the limit.';
  return undefined;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf({ Source, DetailType, Detail, Time, Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
