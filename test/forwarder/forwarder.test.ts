import { expect, test } from 'vitest';
import { createForwarder } from '../../forwarder/program/forwarder.ts';
import { createLog } from '../../forwarder/program/log.ts';
import { Metric } from '../../forwarder/program/metrics.ts';
import { parseSettings } from '../../forwarder/program/settings.ts';
import type { StreamingConnection } from '../../lib/cluster/connection.ts';
import { FakeTime } from './time.ts';

const settings = parseSettings(
  { cluster: 'prod', webhook: { url: 'https://x.lambda-url.eu-west-1.on.aws/', auth: 'iam' }, sources: ['ingress'] },
  'forwarder.json',
  {},
);
const list = { kind: 'IngressList', items: [], metadata: { resourceVersion: '1' } };

/** A forwarder over an API server that does this, in fake time. */
function setup(get: StreamingConnection['get']) {
  const time = new FakeTime();
  const log = createLog(() => {}, time.now);
  const never = () => new Promise<never>(() => {});
  const connection: StreamingConnection = { get, open: never, close() {} };
  const forwarder = createForwarder(settings, { connection, post: async () => 202, clock: time, log });
  void forwarder.run();
  return { time, forwarder };
}

test('is alive while an API server refuses, since a new start would not help', async () => {
  const { time, forwarder } = setup(async () => ({ status: 403, headers: {}, body: Buffer.from('{}') }));
  await time.pass(60 * 60_000);
  expect(forwarder.stuck()).toBeUndefined();
  expect(forwarder.unready()).toBe('not listed yet: ingress');
});

test('is stuck when a watch has given no sign of life for more than ten minutes', async () => {
  const { time, forwarder } = setup(async () => ({
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify(list)),
  }));
  await time.pass(10 * 60_000);
  expect(forwarder.stuck()).toBeUndefined();
  expect(forwarder.unready()).toBeUndefined();
  await time.pass(1_000);
  expect(forwarder.stuck()).toBe('no sign of life from the watch of: ingress');
});

test('tells the seconds since the webhook last took a notice', async () => {
  const { time, forwarder } = setup(async () => ({
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify(list)),
  }));
  await time.pass(0);
  expect(forwarder.metrics()).toContain('\nfairlead_forwarder_unsent 1\n');
  expect(forwarder.metrics()).not.toContain('seconds_since_success');
  await time.pass(10_200);
  expect(forwarder.metrics()).toContain('\nfairlead_forwarder_unsent 0\n');
  expect(forwarder.metrics()).toContain('\nfairlead_forwarder_seconds_since_success 10\n');
});

test('a metric is written as Prometheus reads it', () => {
  const metric = new Metric('counter', 'things_total', 'Things.');
  expect(`${metric}`).toBe('');
  metric.add({ kind: 'a "b"\\\n' });
  metric.add({ kind: 'c', of: 2 }, 5);
  expect(`${metric}`).toBe(
    '# HELP things_total Things.\n# TYPE things_total counter\nthings_total{kind="a \\"b\\"\\\\\\n"} 1\nthings_total{kind="c",of="2"} 5\n',
  );
});
