import { describe, expect, test } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import type { Answer, Connection } from '../../lib/cluster/connection.ts';
import { InterruptedError, UnreachableError } from '../../lib/cluster/errors.ts';
import { listAll } from '../../lib/cluster/list.ts';
import { servedAt } from '../../lib/cluster/resource.ts';
import { named, services } from './api-server.ts';

type Step = Answer | Error;

const SERVED = {
  service: servedAt({ group: '', plural: 'services', kind: 'Service' }, 'v1'),
  ingress: servedAt({ group: 'networking.k8s.io', plural: 'ingresses', kind: 'Ingress' }, 'v1'),
};

const answer = (status: number, value: unknown, headers = {}): Answer => ({
  status,
  headers,
  body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
const page = (items: unknown, next = '', kind = 'ServiceList') =>
  answer(200, { kind, items, metadata: { continue: next } });
const status = (code: number, message: string, headers = {}) => answer(code, { kind: 'Status', message }, headers);
const GONE = status(410, 'The provided continue parameter is too old');

/** Lists over a connection that gives these answers in turn; the last one again and again. */
async function run(
  steps: readonly Step[],
  options: { kind?: 'service' | 'ingress'; signal?: AbortSignal; sleepFor?: number } = {},
) {
  const seen = {
    paths: [] as string[],
    pages: [] as (readonly unknown[])[],
    waits: [] as number[],
    restarts: 0,
    now: 0,
  };
  const connection = {
    async get(path) {
      const step = steps[Math.min(seen.paths.length, steps.length - 1)];
      seen.paths.push(path);
      if (step === undefined || step instanceof Error) throw step;
      return step;
    },
    close() {},
  } satisfies Connection;
  const clock = {
    now: () => seen.now,
    sleep: async milliseconds => {
      seen.waits.push(milliseconds);
      seen.now += milliseconds;
      if (options.sleepFor !== undefined) await new Promise(resolve => setTimeout(resolve, options.sleepFor));
    },
    random: () => 0.5,
  } satisfies Clock;
  const { kind = 'service', signal } = options;
  const onPage = (items: readonly unknown[]) => void seen.pages.push(items);
  const onRestart = () => {
    seen.restarts++;
    seen.pages.length = 0;
  };
  const listing = {
    connection,
    clock,
    label: 'cluster c',
    served: SERVED[kind],
    pageSize: 2,
    signal,
    onPage,
    onRestart,
  };
  const result = await listAll(listing).then(
    ({ objects }) => objects,
    error => error as Error,
  );
  return { ...seen, result };
}

describe('a complete listing', () => {
  test('hands over every page and follows the continue token, without asking for an old state', async () => {
    const { result, pages, paths } = await run([page(services(1), 'a/b+='), page([named('x')], 'c'), page([])]);
    expect(result).toBe(3);
    expect(pages).toEqual([services(1), [named('x')], []]);
    expect(paths).toEqual([
      '/api/v1/services?limit=2',
      '/api/v1/services?limit=2&continue=a%2Fb%2B%3D',
      '/api/v1/services?limit=2&continue=c',
    ]);
  });

  test('may be empty for Ingresses, also where Go writes null', async () => {
    const { result, paths } = await run([page(null, '', 'IngressList')], { kind: 'ingress' });
    expect(result).toBe(0);
    expect(paths).toEqual(['/apis/networking.k8s.io/v1/ingresses?limit=2']);
  });

  test('default/kubernetes may be on any page', async () => {
    const { result } = await run([page([named('a')], 'x'), page([named('kubernetes')])]);
    expect(result).toBe(2);
  });
});

describe('410 Gone', () => {
  test('in the middle begins the listing anew, and what came before is void', async () => {
    const { result, restarts, pages, paths } = await run([page([named('old')], 'x'), GONE, page(services(1))]);
    expect(result).toBe(2);
    expect(restarts).toBe(1);
    expect(pages).toEqual([services(1)]);
    expect(paths.at(-1)).toBe('/api/v1/services?limit=2');
  });

  test('again and again ends after three restarts', async () => {
    const steps = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? page(services(1), 'x') : GONE));
    const { result, restarts } = await run(steps);
    expect(restarts).toBe(3);
    expect(result).toMatchObject({ name: 'UnusableListError', message: expect.stringContaining('expired 4 times') });
  });
});

describe('a listing that is not complete is an error, never a short list', () => {
  test.each([
    {
      rule: 'Services without default/kubernetes',
      steps: [page([named('a'), named('kubernetes', 'other')])],
      name: 'UnusableListError',
      says: 'without default/kubernetes is not believed',
    },
    {
      rule: 'no Services at all',
      steps: [page([])],
      name: 'UnusableListError',
      says: 'a list of all Services (0) without',
    },
    {
      rule: 'a list of another kind',
      steps: [page([], '', 'IngressList')],
      name: 'UnusableListError',
      says: 'no ServiceList',
    },
    { rule: 'items that are no list', steps: [page({})], name: 'UnusableListError', says: 'no ServiceList' },
    {
      rule: 'a web page',
      steps: [answer(200, '<html>')],
      name: 'UnusableListError',
      says: 'something other than the API server',
    },
    {
      rule: 'JSON that ends early',
      steps: [answer(200, '{"kind":"ServiceList","items":[')],
      name: 'UnusableListError',
      says: 'no ServiceList',
    },
    { rule: 'null', steps: [answer(200, 'null')], name: 'UnusableListError', says: 'no ServiceList' },
    {
      rule: 'the same continue token for ever',
      steps: [page(services(1), 'x')],
      name: 'UnusableListError',
      says: 'the same page',
    },
    { rule: 'a redirect', steps: [answer(302, '')], name: 'UnusableListError', says: 'unexpected answer 302' },
    {
      rule: 'a bad continue token',
      steps: [page(services(1), 'x'), status(400, 'continue key is not valid')],
      name: 'UnusableListError',
      says: '400 continue key is not valid',
    },
    {
      rule: 'a kind that the cluster does not have',
      steps: [status(404, 'not found')],
      name: 'UnusableListError',
      says: 'no services under /api/v1/services',
    },
    {
      rule: 'a later page denied',
      steps: [page(services(1), 'x'), status(403, 'no')],
      name: 'ForbiddenError',
      says: 'forbidden',
    },
  ])('$rule', async ({ steps, name, says }) => {
    const { result, waits } = await run(steps);
    expect(result).toMatchObject({ name, message: expect.stringContaining(says) });
    expect(result).toMatchObject({ message: expect.stringMatching(/^cluster c: /) });
    expect(waits).toEqual([]);
  });

  test('403 names the kind, the verbs and the ClusterRole', async () => {
    const { result } = await run([status(403, 'ingresses is forbidden: User "fairlead" cannot list')], {
      kind: 'ingress',
    });
    expect(result).toMatchObject({
      message:
        'cluster c: listing ingresses: forbidden (403 ingresses is forbidden: User "fairlead" cannot list); bind the ClusterRole ' +
        'fairlead (infra/cluster-role.yaml), which has verbs [get, list, watch] on resources [ingresses] of apiGroups ' +
        '["networking.k8s.io"], to the group of fairlead\'s access entry',
    });
  });

  test('401 is told at once', async () => {
    const { result, paths } = await run([status(401, 'Unauthorized')]);
    expect(result).toMatchObject({ name: 'UnauthorizedError', recovery: 'access' });
    expect(paths).toHaveLength(1);
  });

  test('a server that was not reached is not asked again here', async () => {
    const { result, paths } = await run([new UnreachableError('refused')]);
    expect(result).toMatchObject({ name: 'UnreachableError', recovery: 'access' });
    expect(paths).toHaveLength(1);
  });
});

describe('a page is asked for again', () => {
  const cut = new InterruptedError('cut');
  const done = page(services(0));
  test.each([
    {
      rule: '429 after as many seconds as it says',
      steps: [status(429, 'slow', { 'retry-after': '2' }), done],
      waits: [2000],
    },
    { rule: '503 with Retry-After: 0 at once', steps: [status(503, 'x', { 'retry-after': '0' }), done], waits: [0] },
    {
      rule: '500 without Retry-After with growing waits',
      steps: [status(500, 'x'), status(500, 'x'), done],
      waits: [150, 300],
    },
    {
      rule: 'a Retry-After that is no number counts as none',
      steps: [status(429, 'x', { 'retry-after': 'soon' }), done],
      waits: [150],
    },
    { rule: 'a cut connection', steps: [cut, done], waits: [150] },
    { rule: 'a cut connection three times', steps: [cut, cut, cut, done], waits: [150, 300, 600] },
  ])('$rule', async ({ steps, waits }) => {
    const { result, waits: waited } = await run(steps);
    expect(result).toBe(1);
    expect(waited).toEqual(waits);
  });

  test('the same page, not the listing', async () => {
    const { paths, pages } = await run([page([named('kubernetes')], 'x'), cut, page([named('b')])]);
    expect(paths.slice(1)).toEqual(Array(2).fill('/api/v1/services?limit=2&continue=x'));
    expect(pages).toEqual([[named('kubernetes')], [named('b')]]);
  });

  test.each([
    { rule: 'four times', step: status(503, 'etcd is down'), name: 'BusyError', asked: 4 },
    { rule: 'four times when it is cut', step: cut, name: 'InterruptedError', asked: 4 },
    {
      rule: 'once when the server wants more than ten seconds',
      step: status(429, 'x', { 'retry-after': '11' }),
      name: 'BusyError',
      asked: 1,
    },
    { rule: 'for about twenty seconds', step: status(429, 'x', { 'retry-after': '10' }), name: 'BusyError', asked: 3 },
  ])('$rule, and then it is an error', async ({ step, name, asked }) => {
    const { result, paths } = await run([step]);
    expect(result).toMatchObject({ name });
    expect(paths).toHaveLength(asked);
  });

  test('not after the signal: it ends the waiting', async () => {
    const signal = AbortSignal.timeout(20);
    // A wait that went on would be longer than the test may be.
    const { result } = await run([status(429, 'x', { 'retry-after': '9' })], { signal, sleepFor: 600_000 });
    expect(result).toMatchObject({ name: 'TimeoutError' });
  });
});
