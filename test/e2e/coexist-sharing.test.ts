import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resolve } from '../../local/emulators/dns/resolve.ts';
import { brief } from '../support/harness.ts';
import { service } from '../support/objects.ts';
import { externalDns, withoutExternalDns } from './support/external-dns.ts';
import type { Kube } from './support/kube.ts';
import { CLUSTER, openSecond, openStage, ROLE, type Stage, withoutKube } from './support/stage.ts';

const HOST = 'shop.example.com';
const UP_TO_DATE = 'All records are already up to date';
const SECOND = 'second';

/** The Service of a cluster: another address each, so that all can be told apart. */
const shop = (target: string, annotations: Record<string, string> = {}) =>
  service('shop', { hostname: HOST, ...annotations }, [target]);
const HERE = shop('203.0.113.1');
const THERE = shop('203.0.113.2');

/** Two real clusters that share names, as one owner, or each as an owner of its own; and ExternalDNS in both of them. */
describe.skipIf(withoutKube || withoutExternalDns)('names that two real clusters share', () => {
  let stage: Stage;
  let second: Awaited<ReturnType<typeof openSecond>>;

  beforeAll(async () => {
    stage = await openStage();
    second = await openSecond(stage, SECOND);
  });
  afterAll(async () => {
    await second?.stop();
    await stage?.close();
  });
  beforeEach(async () => {
    await stage.clean();
    await second.admin.clean();
    second.register();
  });

  const configure = (sharing: string, weights: readonly [number, number] = [1, 1], owners: readonly string[] = []) => {
    const cluster = (name: string, i: number) =>
      `- {name: ${name}, region: us-east-1, roleArn: '${ROLE}', weight: ${weights[i]}${owners[i] ? `, owner: ${owners[i]}` : ''}}`;
    return writeFile(
      join(stage.folder, 'fairlead.yml'),
      `owner: fleet\nclusters:\n${[CLUSTER, SECOND].map(cluster).join('\n')}\nzones: {domains: [example.com]}\nsharing: ${sharing}\nstate: {store: ./state}\n`,
    );
  };

  const isAnswered = () => resolve(stage.world.route53.store, `${HOST}.`, 'A', Math.random).answers.length > 0;

  /** A whole run that reads zone and clusters anew; another one must find nothing to do. */
  const fairlead = async (answered = true) => {
    const gaps: number[] = [];
    const { route53 } = stage.world;
    route53.journal.reset();
    route53.onApplied = ({ changes }) => {
      if (answered && !isAnswered()) gaps.push(changes.length);
    };
    const { result } = await stage.cli('sync', '--force');
    expect(gaps, 'batches after which the name had no answer').toEqual([]);
    const { batches } = route53.counts;
    const again = await stage.cli('plan');
    expect(again.result.zones.flatMap(({ changes }) => changes)).toEqual([]);
    return { result, batches };
  };
  const lines = () =>
    stage
      .records()
      .map(one => `${brief(one)}${one.weight === undefined ? '' : ` weight ${one.weight}`}`)
      .sort();
  const records = () => lines().filter(line => !line.includes(' TXT'));
  const told = ({ findings }: Awaited<ReturnType<typeof fairlead>>['result']) =>
    findings.map(({ reason, object }) => `${reason} ${object?.cluster ?? ''}`.trim()).sort();

  /** EKS describes the second cluster at an address where nobody listens. */
  const cutOff = () => {
    const { clusters } = stage.world.eks;
    const at = clusters.findIndex(({ name }) => name === SECOND);
    clusters[at] = { ...(clusters[at] as (typeof clusters)[number]), endpoint: 'https://127.0.0.1:9' };
  };
  const reconnect = () => {
    const { clusters } = stage.world.eks;
    clusters.splice(0, clusters.length, ...clusters.filter(({ name }) => name !== SECOND));
    second.register();
  };

  test('first: the other one is told, and takes over in one swap', async () => {
    await configure('first');
    await stage.kube.admin.apply(HERE);
    await fairlead(false);
    await second.admin.apply(THERE);
    expect(told((await fairlead()).result)).toEqual([`conflict ${SECOND}`]);
    expect(records()).toEqual([`${HOST} A 203.0.113.1`]);

    // The one that would take over is not read: what stands waits for it.
    await stage.kube.admin.delete(HERE);
    cutOff();
    await fairlead();
    expect(records()).toEqual([`${HOST} A 203.0.113.1`]);
    reconnect();
    expect((await fairlead()).batches).toBe(1);
    expect(records()).toEqual([`${HOST} A 203.0.113.2`]);
  });

  test.each([
    ['one owner id', []],
    ['an owner id each', ['east', 'west']],
  ])('merge, with %s: objects come and go; what cannot be reached keeps its part', async (_, owners) => {
    await configure('merge', [1, 1], owners);
    await stage.kube.admin.apply(HERE);
    await fairlead(false);
    await second.admin.apply(THERE);
    expect((await fairlead()).batches).toBe(1);
    expect(records()).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);

    cutOff();
    await stage.kube.admin.apply(shop('203.0.113.9'));
    expect(told((await fairlead()).result)).toContain(`unreadable`);
    expect(records()).toEqual([`${HOST} A 203.0.113.2 203.0.113.9`]);
    await stage.kube.admin.delete(HERE);
    await fairlead();
    expect(records()).toEqual([`${HOST} A 203.0.113.2`]);
    reconnect();
    await second.admin.delete(THERE);
    await fairlead(false);
    expect(stage.records()).toEqual([]);
  });

  test('weighted: a service moves from one to the other, which cannot be reached in between', async () => {
    await configure('first');
    await stage.kube.admin.apply(HERE);
    await fairlead(false);
    await second.admin.apply(THERE);
    await configure('weighted', [100, 0]);
    expect((await fairlead()).batches).toBe(1);
    expect(records()).toEqual([
      `${HOST} A#${CLUSTER} 203.0.113.1 weight 100`,
      `${HOST} A#${SECOND} 203.0.113.2 weight 0`,
    ]);

    // The one that is to get the answers is not read: the other is not drained.
    await configure('weighted', [0, 100]);
    cutOff();
    expect(told((await fairlead()).result)).toContain(`warning ${CLUSTER}`);
    expect(records()).toEqual([
      `${HOST} A#${CLUSTER} 203.0.113.1 weight 100`,
      `${HOST} A#${SECOND} 203.0.113.2 weight 0`,
    ]);
    reconnect();
    expect((await fairlead()).batches).toBe(1);
    expect(records()).toEqual([
      `${HOST} A#${CLUSTER} 203.0.113.1 weight 0`,
      `${HOST} A#${SECOND} 203.0.113.2 weight 100`,
    ]);
    await stage.kube.admin.delete(HERE);
    expect((await fairlead()).batches).toBe(1);
    await configure('first');
    expect((await fairlead()).batches).toBe(1);
    expect(records()).toEqual([`${HOST} A 203.0.113.2`]);
  });

  /** One run of ExternalDNS in a cluster, and how many change batches Route 53 took of it; it may fail. */
  const externally = async (kube: Pick<Kube, 'kubeconfig'>, owner: string) => {
    const run = await externalDns(stage, owner, stage.world.env(), ['--registry=txt'], kube);
    const { route53 } = stage.world;
    let batches = 0;
    route53.onApplied = () => batches++;
    const said = await run().catch((error: Error) => error.message);
    return { batches, failed: /level=(error|fatal)/.test(said), upToDate: said.includes(UP_TO_DATE) };
  };
  const IN_STEP = { batches: 0, failed: false, upToDate: true };

  describe('and ExternalDNS beside it, in each cluster', () => {
    const both = async () => {
      await stage.kube.admin.apply(HERE);
      await second.admin.apply(THERE);
    };

    test('first, with an owner id each: neither plans anything', async () => {
      await configure('first', [1, 1], ['east', 'west']);
      await both();
      await fairlead(false);
      expect(records()).toEqual([`${HOST} A 203.0.113.1`]);
      expect(await externally(stage.kube, 'east')).toEqual(IN_STEP);
      expect(await externally(second, 'west')).toEqual(IN_STEP);
    });

    describe('set identifiers that the objects give themselves', () => {
      const routed = async () => {
        await stage.kube.admin.apply(shop('203.0.113.1', { 'set-identifier': 'east', 'aws-weight': '7' }));
        await second.admin.apply(shop('203.0.113.2', { 'set-identifier': 'west', 'aws-weight': '7' }));
      };
      const EAST = `${HOST} A#east 203.0.113.1 weight 7`;
      const WEST = `${HOST} A#west 203.0.113.2 weight 7`;

      test('with an owner id each, are in step both ways', async () => {
        await configure('first', [1, 1], ['east', 'west']);
        await routed();
        await fairlead(false);
        expect(records()).toEqual([EAST, WEST]);
        expect(await externally(stage.kube, 'east')).toEqual(IN_STEP);
        expect(await externally(second, 'west')).toEqual(IN_STEP);

        await stage.reset();
        second.register();
        await configure('first', [1, 1], ['east', 'west']);
        await externally(stage.kube, 'east');
        await externally(second, 'west');
        expect(records()).toEqual([EAST, WEST]);
        expect(await fairlead()).toMatchObject({ batches: 0, result: { inStep: true } });
      });

      test('with one owner id, are in step with it in the one cluster; what is another’s it removes, and fairlead puts back', async () => {
        await configure('first');
        await routed();
        await externally(stage.kube, 'fleet');
        expect(records()).toEqual([EAST]);
        const { result } = await stage.cli('plan', '--force');
        expect(result.counts).toMatchObject({ created: 1, updated: 0, deleted: 0 });
        await fairlead();
        expect(records()).toEqual([EAST, WEST]);
        expect(await externally(stage.kube, 'fleet')).toMatchObject({ batches: 1, failed: false });
        expect(records()).toEqual([EAST]);
        expect((await fairlead()).batches).toBe(1);
        expect(records()).toEqual([EAST, WEST]);
      });
    });

    test('merge: it knows one cluster and writes that one’s addresses; fairlead puts the others back', async () => {
      await configure('merge');
      await both();
      await fairlead(false);
      const merged = [`${HOST} A 203.0.113.1 203.0.113.2`];
      expect(records()).toEqual(merged);
      expect(await externally(stage.kube, 'fleet')).toMatchObject({ batches: 1, failed: false });
      expect(records()).toEqual([`${HOST} A 203.0.113.1`]);
      expect(await externally(second, 'fleet')).toMatchObject({ batches: 1, failed: false });
      expect(records()).toEqual([`${HOST} A 203.0.113.2`]);
      expect((await fairlead()).batches).toBe(1);
      expect(records()).toEqual(merged);
    });

    test('merge, with an owner id each: the one whose value comes first has all, the other leaves it alone', async () => {
      await configure('merge', [1, 1], ['east', 'west']);
      await both();
      await fairlead(false);
      expect(await externally(second, 'west')).toEqual(IN_STEP);
      expect(await externally(stage.kube, 'east')).toMatchObject({ batches: 1, failed: false });
      expect(records()).toEqual([`${HOST} A 203.0.113.1`]);
      expect((await fairlead()).batches).toBe(1);
      expect(records()).toEqual([`${HOST} A 203.0.113.1 203.0.113.2`]);
    });

    test('weighted: with one owner id it makes the name simple, with one each its runs fail; the way back is an annotation', async () => {
      const shares = [`${HOST} A#${CLUSTER} 203.0.113.1 weight 90`, `${HOST} A#${SECOND} 203.0.113.2 weight 10`];
      await configure('weighted', [90, 10]);
      await both();
      await fairlead(false);
      expect(records()).toEqual(shares);
      expect(await externally(stage.kube, 'fleet')).toMatchObject({ batches: 1, failed: false });
      expect(records()).toEqual([`${HOST} A 203.0.113.1`]);
      expect((await fairlead()).batches).toBe(1);
      expect(records()).toEqual(shares);

      await stage.reset();
      second.register();
      await configure('weighted', [90, 10], ['east', 'west']);
      await fairlead(false);
      expect(await externally(stage.kube, 'east')).toMatchObject({ batches: 0, failed: true });
      expect(records()).toEqual(shares);

      // Each object says itself what its share is: nothing changes for fairlead, and ExternalDNS is in step.
      await stage.kube.admin.apply(shop('203.0.113.1', { 'set-identifier': CLUSTER, 'aws-weight': '90' }));
      await second.admin.apply(shop('203.0.113.2', { 'set-identifier': SECOND, 'aws-weight': '10' }));
      expect(await fairlead()).toMatchObject({ batches: 0, result: { inStep: true } });
      expect(await externally(stage.kube, 'east')).toEqual(IN_STEP);
      expect(await externally(second, 'west')).toEqual(IN_STEP);
      expect(records()).toEqual(shares);
    });
  });
});
