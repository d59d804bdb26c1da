import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { service } from '../support/objects.ts';
import { until } from './support/process.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';
import { type Asked, startTrouble, type Trouble, type TroubledApi } from './support/trouble.ts';
import { serviceAccountToken, startWatch, type Watched } from './support/watch.ts';

const isWatch = ({ path }: Asked) => path.startsWith('/api/v1/services?') && path.includes('watch=true');

describe.skipIf(withoutKube)('watching a real API server under trouble', () => {
  let stage: Stage;
  let api: TroubledApi;
  let token: string;
  let watched: Watched | undefined;
  beforeAll(async () => {
    stage = await openStage();
    api = await startTrouble(stage.kube);
    token = await serviceAccountToken(stage);
  });
  afterAll(async () => {
    await api?.stop();
    await stage?.close();
  });
  beforeEach(async () => {
    await stage.kube.admin.clean();
    api.reset();
  });
  afterEach(() => watched?.stop());

  const web = (name: string, ttl = '60') => service(name, { hostname: `${name}.example.com`, ttl }, []);
  const create = (...names: string[]) => stage.kube.admin.apply(...names.map(name => withoutStatus(web(name))));
  const open = async () => {
    watched = await startWatch(stage, api, token);
    const { told } = watched;
    await until(
      'the watch is open',
      () => told.includes('listed') && api.asked.some(path => isWatch({ path, before: 0 })),
    );
    return watched;
  };
  const watches = () => api.asked.filter(path => isWatch({ path, before: 0 })).length;

  test('what is made, changed and deleted is told in order', async () => {
    const { told, ends } = await open();
    await create('a', 'b');
    await stage.kube.admin.apply(withoutStatus(web('a', '120')));
    await stage.kube.admin.delete(web('b'));
    await until('four changes are told', () => told.length === 5);
    expect(told).toEqual(['listed', 'ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b']);
    expect(ends).toEqual([]);
  });

  test('a watch that is cut again and again goes on where it was: nothing is missed, nothing told twice, nothing listed anew', async () => {
    api.trouble = asked => (isWatch(asked) ? { cutAfter: 2_500 } : undefined);
    const { told, ends } = await open();
    const names = Array.from({ length: 30 }, (_, at) => `cut-${at}`);
    for (const name of names) await create(name);
    await until('all are told', () => told.length > names.length);
    expect(told).toEqual(['listed', ...names.map(name => `ADDED ${name}`)]);
    expect(watches()).toBeGreaterThan(5);
    expect(new Set(ends.map(end => end.split(':', 1)[0]))).toEqual(new Set(['cut']));
  });

  test.each<[string, Trouble, RegExp]>([
    ['429', { status: 429, reason: 'TooManyRequests', message: 'later', headers: { 'retry-after': '1' } }, /^busy/],
    ['500', { status: 500, reason: 'InternalError', message: 'etcdserver: leader changed' }, /^busy/],
    ['401', { status: 401, reason: 'Unauthorized', message: 'Unauthorized' }, /^unauthorized/],
    ['410', { status: 410, reason: 'Expired', message: 'too old resource version: 1 (9)' }, /^expired/],
  ])('%s for a watch: it is asked for again, and what came meanwhile is not missed', async (_, trouble, end) => {
    // The change comes after the listing and before the first watch: while that one waits for its refusal.
    let refused = 0;
    api.trouble = async asked => {
      if (!isWatch(asked) || refused === 2) return undefined;
      if (++refused === 1) await create('meanwhile');
      return trouble;
    };
    const { told, ends } = await open();
    await until('another is asked for after two that were refused', () => watches() === 3);
    expect(ends).toHaveLength(2);
    expect(ends[0]).toMatch(end);
    await create('later');
    await until('the last change is told', () => told.includes('ADDED later'));
    // What a new listing has is not told as a change; without one, the change must be.
    const lists = told.filter(one => one === 'listed').length;
    expect(lists).toBe(end.test('expired') ? 3 : 1);
    if (lists === 1) expect(told).toContain('ADDED meanwhile');
  });
});

/** Services are told of once each: a status would make a second change. */
function withoutStatus<T extends { readonly status?: unknown }>({ status: _, ...object }: T): Omit<T, 'status'> {
  return object;
}
