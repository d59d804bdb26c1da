import type { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { answersWithin, withinDeadline } from '../../lib/aws/deadline.ts';
import { BoundedHandler, type HttpLimits } from '../../lib/aws/http.ts';
import { type SilentServer, startSilent } from './silent.ts';

type Request = Parameters<BoundedHandler['handle']>[0];
/** Longer than a test may take: one that ends was ended by another limit. */
const LONG: HttpLimits = { connect: 600_000, answer: 600_000, idle: 600_000, whole: 600_000, mebibytes: 1 };
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n';
let server: SilentServer;

afterEach(() => server.close());

/** Sends a request and reads the whole body. */
async function ask(limits: HttpLimits, abortSignal?: AbortSignal): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const handler = new BoundedHandler(limits);
  const request = { protocol: 'http:', hostname, port: Number(port), method: 'GET', path: '/', headers: {}, query: {} };
  const { response } = await handler.handle(request as Request, abortSignal ? { abortSignal } : {});
  const parts: Buffer[] = [];
  for await (const part of response.body) parts.push(part);
  return Buffer.concat(parts).toString();
}

const trickle = (socket: Socket) => {
  socket.write(HEAD);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
};

describe('a request ends', () => {
  test.each<[string, (socket: Socket) => void, Partial<HttpLimits>]>([
    ['whose answer does not begin', () => {}, { answer: 100 }],
    ['that is silent from its beginning', () => {}, { idle: 100 }],
    ['whose body stops', socket => socket.write(`${HEAD}part`), { idle: 100 }],
    ['whose body trickles', trickle, { whole: 200 }],
    ['that has no answer in the time for the whole', () => {}, { whole: 100 }],
  ])('%s, with a TimeoutError', async (_, answer, limits) => {
    server = await startSilent(answer);
    await expect(ask({ ...LONG, ...limits })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test.each<[string, Partial<HttpLimits>]>([
    ['does not begin', { answer: 100 }],
    ['nothing comes of', { idle: 100 }],
  ])('whose answer %s, naming the host and what to look at', async (_, limits) => {
    server = await startSilent();
    await expect(ask({ ...LONG, ...limits })).rejects.toThrow(/^127\.0\.0\.1 gave no answer in time: .*VPC endpoint/);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['silent', () => {}],
    ['trickling', trickle],
  ])('at the deadline of its work, its server being %s', async (_, answer) => {
    server = await startSilent(answer);
    const late = withinDeadline(Date.now() + 600_000, () => withinDeadline(Date.now() + 200, () => ask(LONG)));
    await expect(late).rejects.toThrow('127.0.0.1: no whole answer in the time that was left');
  });

  test('within what its work gives each answer', async () => {
    server = await startSilent(trickle);
    await expect(answersWithin(100, () => ask(LONG))).rejects.toThrow('127.0.0.1: no whole answer within 100 ms');
  });

  test('at once where nobody listens, naming the host and what to look at', async () => {
    server = await startSilent();
    await server.close();
    await expect(ask(LONG)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringMatching(/^127\.0\.0\.1 cannot be reached \(.*ECONNREFUSED.*\): .*AWS_ENDPOINT_URL\)\?$/),
    });
  });

  test('when its caller gives it up, with the caller’s own error', async () => {
    server = await startSilent();
    await expect(ask(LONG, AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'AbortError' });
  });
});

/** Writes as fast as it is read. */
const pour = (socket: Socket) => {
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  const more = () => {
    while (socket.write('x'.repeat(65_536)));
  };
  socket.on('drain', more);
  more();
};

test('an answer without end ends at its limit, and says so', async () => {
  server = await startSilent(pour);
  await expect(ask(LONG)).rejects.toMatchObject({
    name: 'AnswerTooLarge',
    message: expect.stringMatching(/^127\.0\.0\.1: its answer does not end \(more than 1 MiB\)/),
  });
});

describe('a server that is silent', () => {
  const askOf = (handler: BoundedHandler) => {
    const { hostname, port } = new URL(server.url);
    const request = {
      protocol: 'http:',
      hostname,
      port: Number(port),
      method: 'GET',
      path: '/',
      headers: {},
      query: {},
    };
    return handler.handle(request as Request);
  };

  test('twice in a row is left alone for a while, and what asks is told the same at once', async () => {
    server = await startSilent();
    const handler = new BoundedHandler({ ...LONG, answer: 50 });
    for (let n = 0; n < 2; n++) await expect(askOf(handler)).rejects.toThrow(/gave no answer in time/);
    const asked = server.connections();
    for (let n = 0; n < 5; n++) await expect(askOf(handler)).rejects.toThrow(/^127\.0\.0\.1 gave no answer in time/);
    expect(server.connections()).toBe(asked);
  });

  test('and so is one that trickles, which has the time for the whole twice', async () => {
    server = await startSilent(trickle);
    const handler = new BoundedHandler({ ...LONG, whole: 100 });
    const askWhole = async () => {
      const { response } = await askOf(handler);
      for await (const _ of response.body);
    };
    await expect(askWhole()).rejects.toThrow(/no whole answer within 100 ms/);
    await expect(answersWithin(50, askWhole)).rejects.toThrow(/no whole answer within 50 ms/);
    const asked = server.connections();
    await expect(askWhole()).rejects.toThrow(/^127\.0\.0\.1 gave no answer in time/);
    expect(server.connections()).toBe(asked);
  });

  test('but not one whose work had no more time', async () => {
    server = await startSilent();
    const handler = new BoundedHandler(LONG);
    for (let n = 0; n < 3; n++)
      await expect(withinDeadline(Date.now() + 50, () => askOf(handler))).rejects.toThrow(/in the time that was left/);
    expect(server.connections()).toBe(3);
  });

  test('to several at once counts once: a connection may have gone dead, and the next try has another', async () => {
    server = await startSilent();
    const handler = new BoundedHandler({ ...LONG, answer: 50 });
    await Promise.allSettled([askOf(handler), askOf(handler), askOf(handler)]);
    const asked = server.connections();
    await expect(askOf(handler)).rejects.toThrow(/gave no answer/);
    expect(server.connections()).toBeGreaterThan(asked);
  });
});

test('none begins after the deadline, and an inner deadline cannot put it off', async () => {
  server = await startSilent();
  const late = withinDeadline(Date.now() - 1, () => withinDeadline(Date.now() + 60_000, () => ask(LONG)));
  await expect(late).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(server.connections()).toBe(0);
});

test('what is answered in time is whole, and no limit strikes afterwards', async () => {
  server = await startSilent(socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwell'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    expect(await ask({ ...LONG, whole: 300 })).toBe('well');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
