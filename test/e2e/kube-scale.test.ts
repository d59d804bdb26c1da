import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { measureNode } from '../../scripts/bench/measure.ts';
import { service } from '../support/objects.ts';
import { CLI, openStage, type Stage, withoutKube } from './support/stage.ts';

const SERVICES = 5_000;
/** Creations under way at once. */
const HANDS = 16;

describe.skipIf(withoutKube)(`${SERVICES} Services of a real API server`, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    const objects = Array.from({ length: SERVICES }, (_, at) =>
      service(`s${at}`, { hostname: `s${at}.example.com` }, [`192.0.2.${at % 250}`]),
    ).map(object => ({ ...object, spec: { ...(object.spec as object), allocateLoadBalancerNodePorts: false } }));
    const next = objects.values();
    const hand = async () => {
      for (const object of next) await stage.kube.admin.apply(object);
    };
    await Promise.all(Array.from({ length: HANDS }, hand));
  }, 600_000);
  afterAll(() => stage?.close());

  const sync = async () => {
    const ended = await measureNode([CLI, 'sync', '--json'], { env: stage.world.env(), cwd: stage.folder });
    return { ...ended, result: JSON.parse(ended.out) as RunResult };
  };

  test('are published by one run, and stay as they are by the next, which makes no Route 53 call', async () => {
    const first = await sync();
    expect(first.result).toMatchObject({ inStep: true, counts: { created: SERVICES, unpublished: 0 } });
    const second = await sync();
    expect(second.result).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0 }, calls: {} });
    for (const [what, { wallSeconds, cpuSeconds, peakMiB, result }] of Object.entries({ first, second })) {
      const calls = Object.values(result.calls).reduce((sum, count) => sum + count, 0);
      const used = `${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s CPU, ${Math.round(peakMiB)} MiB at most`;
      console.log(`${SERVICES} Services, ${what} run: ${used}, ${calls} Route 53 calls`);
    }
  });
});
