import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { service } from '../support/objects.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';
import { type Asked, startTrouble, type Trouble, type TroubledApi } from './support/trouble.ts';

const SERVICES = '/api/v1/services';
/** Two pages of Services: the second has those whose names begin with z. */
const FILLING = 600;

const isFirstPage = ({ path }: Asked) => path.startsWith(SERVICES) && !path.includes('continue=');
const isSecondPage = ({ path }: Asked) => path.startsWith(SERVICES) && path.includes('continue=');
const EXPIRED = { status: 410, reason: 'Expired', message: 'The provided continue parameter is too old' };
const BUSY = { status: 429, reason: 'TooManyRequests', message: 'too many requests' };
const UNAUTHORIZED = { status: 401, reason: 'Unauthorized', message: 'Unauthorized' };

describe.skipIf(withoutKube)('reading a real API server under trouble', () => {
  let stage: Stage;
  let api: TroubledApi;
  beforeAll(async () => {
    // Without snapshots, pages come from etcd and end with its compaction, as on servers before 1.34.
    stage = await openStage(['--feature-gates=ListFromCacheSnapshot=false']);
    api = await startTrouble(stage.kube);
    const filling = Array.from({ length: FILLING }, (_, at) => headless(`b-${at}`));
    await Promise.all(filling.map(object => stage.kube.admin.apply(object)));
  });
  afterAll(async () => {
    await api?.stop();
    await stage?.close();
  });
  beforeEach(async () => {
    await stage.reset();
    stage.register(api);
    await stage.kube.admin.apply(
      service('zz-kept', { hostname: 'kept.example.com' }, ['203.0.113.1']),
      service('zz-gone', { hostname: 'gone.example.com' }, ['203.0.113.2']),
    );
    expect((await stage.cli('sync')).code).toBe(0);
    await stage.kube.admin.delete(service('zz-gone', {}, []));
    api.reset();
  });
  afterEach(() => api.reset());

  const published = () => [
    ...new Set(
      stage
        .records()
        .filter(({ type }) => type === 'A')
        .map(({ name }) => name),
    ),
  ];

  /** Makes what etcd had before this moment unreadable, as it does every few minutes by itself. */
  const compact = async () => {
    const call = async (path: string, body: object) => {
      const answer = await fetch(stage.kube.etcd + path, { method: 'POST', body: JSON.stringify(body) });
      return (await answer.json()) as { header: { revision: string } };
    };
    await stage.kube.admin.apply(headless('after'));
    await stage.kube.admin.delete(headless('after'));
    const { header } = await call('/v3/kv/range', { key: 'AA==' });
    await call('/v3/kv/compaction', { revision: header.revision, physical: true });
  };

  test('a real 410 in mid-listing, from a compaction: the listing begins anew and is whole', async () => {
    let compacted = false;
    api.trouble = async asked => {
      if (!isSecondPage(asked) || compacted) return undefined;
      compacted = true;
      await compact();
      return undefined;
    };
    const { code, result } = await stage.cli('sync');
    expect({ code, compacted }).toEqual({ code: 0, compacted: true });
    expect(api.asked.filter(path => isFirstPage({ path, before: 0 }))).toHaveLength(2);
    expect(result.clusters[0]?.kinds.service).toEqual({ complete: true, objects: FILLING + 2 });
    expect(published()).toEqual(['kept.example.com.']);
  });

  const once = (trouble: Trouble, page = isFirstPage) => {
    let made = false;
    return (asked: Asked) => {
      if (made || !page(asked)) return undefined;
      made = true;
      return trouble;
    };
  };
  const always = (trouble: Trouble, page: (asked: Asked) => boolean) => (asked: Asked) =>
    page(asked) ? trouble : undefined;

  test.each<[string, () => TroubledApi['trouble']]>([
    ['410 for the second page, once', () => once(EXPIRED, isSecondPage)],
    ['429 that asks for a second', () => once({ ...BUSY, headers: { 'retry-after': '1' } })],
    ['429 for the second page', () => once({ ...BUSY, headers: { 'retry-after': '0' } }, isSecondPage)],
    ['500', () => once({ status: 500, reason: 'InternalError', message: 'etcdserver: leader changed' }, isSecondPage)],
    ['401 for the first page: another token is made', () => once(UNAUTHORIZED)],
    ['401 for the second page', () => once(UNAUTHORIZED, isSecondPage)],
    ['an answer cut in its middle', () => once({ cutAfter: 5_000 }, isSecondPage)],
    ['an answer cut before its first byte', () => once({ cutAfter: 0 })],
    ['an answer that trickles', () => always({ pieceBytes: 8_000, everyMs: 20 }, isFirstPage)],
  ])('%s: it is read whole all the same', async (_, trouble) => {
    api.trouble = trouble();
    const { code, result } = await stage.cli('sync');
    expect({ code, findings: result.findings }).toEqual({ code: 0, findings: [] });
    expect(published()).toEqual(['kept.example.com.']);
  });

  test.each<[string, TroubledApi['trouble'], RegExp]>([
    ['410 for every second page', always(EXPIRED, isSecondPage), /services expired 4 times/],
    [
      '429 that asks for a minute',
      always({ ...BUSY, headers: { 'retry-after': '60' } }, isSecondPage),
      /listing services: the API server is busy or failing \(429/,
    ],
    ['401 for every second page', always(UNAUTHORIZED, isSecondPage), /listing services: not accepted \(401/],
    [
      'answers that are always cut',
      always({ cutAfter: 5_000 }, isSecondPage),
      /broke off.*the next run reads it again/,
    ],
    [
      'answers that never end',
      always({ pieceBytes: 1, everyMs: 1_000 }, isSecondPage),
      /no complete answer in 20000 ms/,
    ],
  ])('%s: half a listing takes nothing away, and the next run does', async (_, trouble, said) => {
    api.trouble = trouble;
    const { code, result } = await stage.cli('sync');
    expect(code).toBe(2);
    expect(result.findings.map(({ message }) => message).join('\n')).toMatch(said);
    expect(result.counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(published()).toEqual(['gone.example.com.', 'kept.example.com.']);

    api.reset();
    expect((await stage.cli('sync')).code).toBe(0);
    expect(published()).toEqual(['kept.example.com.']);
  });
});

/** A Service that wants no record and costs the API server little. */
function headless(name: string) {
  const { status: _, ...object } = service(name, {}, []);
  return { ...object, spec: { clusterIP: 'None', ports: [{ port: 80 }] } };
}
