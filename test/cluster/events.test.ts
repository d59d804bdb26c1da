import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClusterAccess, createEventWriter } from '../../lib/cluster/index.ts';
import type { ObjectEvent } from '../../lib/model/index.ts';
import { type LocalCluster, startCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { fakeClock } from '../support/clock.ts';
import { ingress, service } from '../support/objects.ts';

let cluster: LocalCluster;
let folder: string;
beforeAll(async () => {
  cluster = await startCluster({ name: 'prod', region: 'eu-west-1', credentials: new Map() as never });
  folder = await mkdtemp(join(tmpdir(), 'fairlead-events-'));
  await writeFile(join(folder, 'config'), cluster.kubeconfig());
  cluster.apply(service('web', { hostname: 'www.example.com' }, ['192.0.2.1'], 'shop'));
  cluster.apply(ingress('site', ['site.example.com'], ['192.0.2.1']));
  cluster.apply({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'route', namespace: 'shop' },
  });
});
afterAll(async () => {
  await cluster.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  cluster.faults.clear();
  for (const { metadata } of events())
    cluster.delete({ kind: EVENT, name: metadata.name, namespace: metadata.namespace! });
  cluster.resetCounts();
  clock.advance(60_000);
});

const EVENT = 'Event.events.k8s.io';
const clock = fakeClock();
const config = () => ({ name: 'prod', owner: 'o', kubeconfig: join(folder, 'config') });
/** Both groups show the same in a real cluster; here they are apart. */
const events = () =>
  cluster.list(EVENT) as unknown as (Record<string, unknown> & { metadata: { name: string; namespace?: string } })[];
const event = (name: string, more: Partial<ObjectEvent> = {}, kind = 'service', namespace = 'shop'): ObjectEvent => ({
  object: { cluster: 'prod', kind, namespace, name },
  ...{ reason: 'Published', note: 'in Route 53: www.example.com (A)', ...more },
});
const write = (all: readonly ObjectEvent[], signal = AbortSignal.timeout(50_000)) =>
  createEventWriter({ access: createClusterAccess(), instance: 'fairlead-prod', clock })(config(), all, signal);

describe('an Event', () => {
  test('is about the object, as the API server has it', async () => {
    expect(await write([event('web')])).toEqual({ written: 1, left: 0 });
    const { uid } = cluster.list('Service', 'shop')[0]!.metadata;
    expect(events()).toEqual([
      expect.objectContaining({
        apiVersion: 'events.k8s.io/v1',
        metadata: expect.objectContaining({
          namespace: 'shop',
          name: expect.stringMatching(/^fairlead\.[0-9a-f]{20}$/),
        }),
        ...{
          reportingController: 'fairlead.dev/fairlead',
          reportingInstance: 'fairlead-prod',
          action: 'PublishRecords',
        },
        ...{ type: 'Normal', reason: 'Published', note: 'in Route 53: www.example.com (A)' },
        regarding: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web', uid },
        eventTime: expect.stringMatching(/^2026-01-01T00:\d\d:00\.000000Z$/),
      }),
    ]);
  });

  test.each([
    ['ingress', 'site', 'default', 'networking.k8s.io/v1', 'Ingress'],
    ['httproute', 'route', 'shop', 'gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ])(
    'is written on any kind that asks, in the version that is served: %s',
    async (kind, name, namespace, apiVersion, as) => {
      expect(await write([event(name, { reason: 'NotPublished' }, kind, namespace)])).toEqual({ written: 1, left: 0 });
      expect(events()[0]).toMatchObject({ type: 'Warning', regarding: { apiVersion, kind: as, namespace, name } });
    },
  );

  test('of one reason is there once a minute', async () => {
    await write([event('web')]);
    expect(await write([event('web', { note: 'another' })])).toEqual({ written: 1, left: 0 });
    expect(await write([event('web', { reason: 'Held' })])).toEqual({ written: 1, left: 0 });
    expect(
      events()
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual(['Held', 'Published']);
    clock.advance(60_000);
    await write([event('web')]);
    expect(events()).toHaveLength(3);
  });

  test('has a note of a kilobyte at most, whatever was in it', async () => {
    const note = `\u001b[2J\u202e${'ü"\u{1F600}'.repeat(1_000)}`;
    expect(await write([event('web', { note })])).toEqual({ written: 1, left: 0 });
    const said = String(events()[0]?.note);
    expect(said).toMatch(/^\\u001b\[2J\\u202e/);
    expect(said).toMatch(/…$/);
    expect(said).not.toContain('\uFFFD');
    expect(Buffer.byteLength(said)).toBeLessThanOrEqual(1024);
  });
});

describe('what could not be written', () => {
  test('is nothing where the object has gone, or its kind', async () => {
    cluster.faults.absent.add('gateway.networking.k8s.io');
    expect(await write([event('gone'), event('route', {}, 'httproute'), event('x', {}, 'virtualservice')])).toEqual({
      written: 0,
      left: 0,
    });
    expect(events()).toEqual([]);
  });

  test('is counted where the right is missing, after a few attempts', async () => {
    for (let i = 0; i < 30; i++) cluster.apply(service(`s${i}`, {}, [], 'many'));
    cluster.faults.deny('events', 'create');
    const ended = await write(Array.from({ length: 30 }, (_, i) => event(`s${i}`, {}, 'service', 'many')));
    expect(ended).toMatchObject({ written: 0, left: 30 });
    expect(ended.fault).toMatch(
      /^cluster prod: writing events: the API server answers 403 .*cannot create resource "events"/,
    );
    expect(cluster.log.filter(({ operation }) => operation === 'create events').length).toBeLessThanOrEqual(8);
  });

  test('is one object’s own, where only it is refused', async () => {
    const long = 'x'.repeat(300);
    expect(
      await write([event('web', { reason: long as never }), event('site', {}, 'ingress', 'default')]),
    ).toMatchObject({
      written: 1,
      left: 1,
      fault: expect.stringContaining('422'),
    });
  });

  test('is all of it, without an error, where the cluster does not answer', async () => {
    const away = { ...config(), kubeconfig: join(folder, 'absent') };
    const writer = createEventWriter({ access: createClusterAccess(), instance: 'x', clock });
    expect(await writer(away, [event('web')], AbortSignal.timeout(50_000))).toMatchObject({
      written: 0,
      left: 1,
      fault: expect.any(String),
    });
    cluster.faults.latencyMs = 1_000;
    expect(await write([event('web')], AbortSignal.timeout(100))).toEqual({
      written: 0,
      left: 1,
      fault: 'there was no time left',
    });
    expect(events()).toEqual([]);
  });
});
