import { describe, expect, it } from 'vitest';
import type { News } from '../../lib/model/index.ts';
import { Route53Error } from '../../lib/route53/index.ts';
import type { StateStore } from '../../lib/state/index.ts';
import { type Harness, harness } from '../support/harness.ts';
import { service } from '../support/objects.ts';

const HOUR = 3_600_000;
const CONFIG = `owner: arena
clusters: [{name: prod, region: us-east-1}, {name: lab, region: us-east-1}]
zones: {domains: [example.com]}`;

const web = service('web', { hostname: 'www.example.com' }, ['192.0.2.1']);
const wrong = service('bad', { hostname: 'a..example.com' }, ['192.0.2.2'], 'shop');
const world = () => harness({ config: CONFIG, clusters: { prod: { objects: [] }, lab: { objects: [] } } });

/** Runs, and what was told of the run: changes as `action name`, findings as `reason object`. */
async function told(of: Harness, request: Parameters<Harness['run']>[0] = {}, more = {}): Promise<string[]> {
  const news: News[] = [];
  await of.run(request, more, { by: 'schedule', onNews: one => void news.push(one) });
  return news.flatMap(({ changes, findings }) => [
    ...changes.map(({ action, name }) => `${action} ${name}`),
    ...findings.map(
      ({ finding: { reason, object, cluster }, again }) =>
        `${reason} ${object?.name ?? cluster}${again ? ' again' : ''}`,
    ),
  ]);
}

describe('the news of a run', () => {
  it('are what Route 53 accepted, with who asked and why', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [web];
    const news: News[] = [];
    await prod.run({}, {}, { by: 'notice', onNews: one => void news.push(one) });
    expect(news).toEqual([
      {
        shard: 'default',
        run: 'test',
        by: 'notice',
        at: '2026-01-01T00:00:00.000Z',
        findings: [],
        changes: [
          expect.objectContaining({
            ...{ name: 'www.example.com', action: 'create', why: 'an object asks for it', by: 'notice' },
            objects: ['prod: service/default/web'],
          }),
        ],
      },
    ]);
  });

  it('are nothing where nothing is new, and nothing is written for it', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [web, wrong];
    expect(await told(prod)).toEqual(['create www.example.com', 'invalid bad']);
    const writes: string[] = [];
    const state = prod.state;
    prod.state = {
      ...state,
      get: state.get.bind(state),
      put: (key, ...rest) => {
        if (!key.startsWith('lease/')) writes.push(key);
        return state.put(key, ...rest);
      },
    };
    expect(await told(prod)).toEqual([]);
    expect(writes).toEqual([]);
  });

  it('of a plan are none, and it takes nothing away from those of a run', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [wrong];
    expect(await told(prod, { mode: 'plan' })).toEqual([]);
    expect(await told(prod)).toEqual(['invalid bad']);
  });

  it('of a run that failed on its way are what it had changed', async () => {
    const zone = (id: string, name: string) => ({ id, name, records: [] });
    const prod = harness({
      config: CONFIG.replace('[example.com]', '[example.com, example.org]'),
      zones: [zone('Z1', 'example.com.'), zone('Z2', 'example.org.')],
      clusters: {
        prod: { objects: [web, service('org', { hostname: 'www.example.org' }, ['192.0.2.1'])] },
        lab: { objects: [] },
      },
    });
    let listed = 0;
    prod.hooks = {
      before: (operation, id) => {
        // The zone is gone when it is written to, and the list that is asked for then does not come.
        if (operation === 'changeRecordSets' && id === 'Z2') prod.store.zones.delete('Z2');
        if (operation === 'listHostedZones' && ++listed > 1)
          throw new Route53Error('denied', 'AccessDenied', 'no answer');
      },
    };
    const news: News[] = [];
    await expect(prod.run({}, {}, { onNews: one => void news.push(one) })).rejects.toThrow('no answer');
    expect(news.map(({ by, changes, findings }) => [by, changes.map(({ name }) => name), findings])).toEqual([
      ['manual', ['www.example.com'], []],
    ]);
  });
});

describe('a finding is told', () => {
  it('when it appears, again where it still stands a day later, and anew where it had gone', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [wrong];
    expect(await told(prod)).toEqual(['invalid bad']);
    prod.clock.advance(23 * HOUR);
    expect(await told(prod)).toEqual([]);
    prod.clock.advance(2 * HOUR);
    expect(await told(prod)).toEqual(['invalid bad again']);
    expect(await told(prod)).toEqual([]);
    prod.clusters.prod!.objects = [];
    expect(await told(prod)).toEqual([]);
    prod.clusters.prod!.objects = [wrong];
    expect(await told(prod)).toEqual(['invalid bad']);
  });

  it('not anew by a run that did not look at it, or could not read it, in between', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [wrong];
    expect(await told(prod)).toEqual(['invalid bad']);
    expect(await told(prod, { clusters: ['lab'] })).toEqual([]);
    prod.clusters.prod!.failing = 'no route';
    expect(await told(prod)).toEqual(['unreadable prod']);
    delete prod.clusters.prod!.failing;
    expect(await told(prod)).toEqual([]);
  });

  it('not at all where it cannot be kept that it was: each run would tell it', async () => {
    const prod = world();
    prod.clusters.prod!.objects = [wrong];
    const { get, put } = prod.state;
    const refuse = (which: (key: string) => boolean): StateStore =>
      ({
        get: key => (which(key) ? Promise.reject(new Error('denied')) : get.call(prod.state, key)),
        put: (key, ...rest) => (which(key) ? Promise.reject(new Error('denied')) : put.call(prod.state, key, ...rest)),
      }) as StateStore;
    expect(await told(prod, {}, { store: refuse(key => key.startsWith('told/')) })).toEqual([]);
    expect(await told(prod)).toEqual(['invalid bad']);
  });

  it('once, though its words differ from run to run', async () => {
    const prod = world();
    prod.clusters.prod!.failing = 'timeout after 61.3 s';
    expect(await told(prod)).toEqual(['unreadable prod']);
    prod.clusters.prod!.failing = 'timeout after 60.9 s';
    expect(await told(prod)).toEqual([]);
  });
});

it('where nobody listens nothing is kept of it', async () => {
  const prod = world();
  prod.clusters.prod!.objects = [wrong];
  await prod.run();
  expect(await prod.state.get('told/default')).toBeUndefined();
});
