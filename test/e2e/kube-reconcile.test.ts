import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunResult } from '../../lib/model/index.ts';
import { ingress, NLB, service } from '../support/objects.ts';
import { openStage, ROLE, type Stage, withoutKube } from './support/stage.ts';

describe.skipIf(withoutKube)('a real API server, reached the EKS way', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    console.log(`tokens are checked by ${stage.tokens}`);
  });
  afterAll(() => stage?.close());
  beforeEach(() => stage.clean());

  const targets = () =>
    Object.fromEntries(
      stage
        .records()
        .filter(({ type }) => type !== 'TXT')
        .map(({ name, type, values, alias }) => [`${name} ${type}`, alias?.dnsName ?? values]),
    );

  /** The two ways in which fairlead runs. */
  const WAYS: readonly [string, () => (request?: object) => Promise<RunResult>][] = [
    ['the command', () => async () => (await stage.cli('sync')).result],
    [
      'the bundled function',
      () => {
        const lambda = stage.lambda();
        return async request => (await lambda.invoke(request ?? {})) as RunResult;
      },
    ],
  ];

  test.each(WAYS)('%s publishes, updates and deletes what Services and Ingresses say', async (_, open) => {
    const run = open();
    const { admin } = stage.kube;
    const shop = ingress('shop', ['shop.example.com'], ['198.51.100.7']);
    await admin.apply(service('a', { hostname: 'a.example.com' }, [NLB]), shop);
    expect(await run()).toMatchObject({ inStep: true, counts: { created: 3, updated: 0, deleted: 0, unpublished: 0 } });
    expect(targets()).toEqual({
      'a.example.com. A': `${NLB}.`,
      'a.example.com. AAAA': `${NLB}.`,
      'shop.example.com. A': ['198.51.100.7'],
    });

    await admin.apply(service('a', { hostname: 'a.example.com', ttl: '60' }, ['203.0.113.9']));
    expect(await run()).toMatchObject({ inStep: true, counts: { created: 0, updated: 1, deleted: 1 } });
    expect(targets()).toMatchObject({ 'a.example.com. A': ['203.0.113.9'] });

    await admin.delete(shop);
    expect(await run()).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 1 } });
    expect(targets()).toEqual({ 'a.example.com. A': ['203.0.113.9'] });

    stage.world.route53.journal.reset();
    expect(await run()).toMatchObject({ inStep: true, counts: { created: 0, updated: 0, deleted: 0 } });
    expect(stage.world.route53.counts.calls).toEqual({});
  });

  test('objects that the real API server admits and DNS does not are reported, and the others go on', async () => {
    await stage.kube.admin.apply(
      service('good', { hostname: 'good.example.com' }, ['203.0.113.1']),
      service('bad', { hostname: `${'a'.repeat(64)}.example.com` }, ['203.0.113.2']),
      service('pending', { hostname: 'pending.example.com' }, []),
    );
    const { code, result } = await stage.cli('sync');
    expect(code).toBe(2);
    expect(result.reasons).toEqual({ invalid: 1, 'no-target': 1 });
    expect(Object.keys(targets())).toEqual(['good.example.com. A']);
  });

  test.each<[string, () => Promise<void>]>([
    [
      'a role that has no access entry',
      async () => {
        const role = ROLE.replace('fairlead', 'stranger');
        stage.world.addRole({ arn: role });
        await stage.configure({ role });
      },
    ],
    [
      'a token that is signed for another cluster',
      async () => {
        stage.register(stage.kube, 'other');
        await stage.configure({ name: 'other' });
      },
    ],
  ])('%s is not let in, and what to do is said', async (_, spoil) => {
    await spoil();
    const { code, result } = await stage.cli('sync');
    expect(code).toBe(2);
    expect(result.findings.map(({ message }) => message).join()).toMatch(/Unauthorized.*needs an EKS access entry/);
  });
});
