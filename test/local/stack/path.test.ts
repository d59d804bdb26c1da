import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Trace } from '../../../local/demo/traces.ts';
import { service } from '../../support/objects.ts';
import { signedPost } from '../emulators/lambda/notices.ts';
import { startWhole, until, type Whole } from './whole.ts';

// Each test has Services of its own in one world: starting the processes is what takes the time.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let whole: Whole;
let log: readonly string[];
beforeAll(async () => {
  whole = await startWhole();
  log = await whole.startForwarder();
});
afterAll(() => whole.close());
afterEach(() => whole.world.route53.faults.clear());

const inDns = (name: string, ip: string) => until(() => expect(whole.published(name)).toEqual([ip]));
/** What became of the batches whose first notice names an object. */
function storiesOf(object: string): readonly Trace[] {
  return whole.traces.filter(({ timeline }) => timeline?.notice.objects?.some(({ name }) => name === object));
}
function storyOf(object: string): Trace {
  const [trace] = storiesOf(object);
  if (!trace) throw new Error(`no notice of ${object} was dealt with yet`);
  return trace;
}
const notice = (sequence: number, cluster = 'prod') =>
  JSON.stringify({ cluster, source: 'test', sequence, since: Date.now() });

describe('from a Service to DNS', () => {
  test('a change passes every part in its order; one that matters to nobody goes nowhere', async () => {
    whole.address('shop', '192.0.2.1');
    await inDns('shop', '192.0.2.1');
    await until(() => storyOf('shop'));
    const [service] = whole.cluster.list('Service').filter(({ metadata }) => metadata.name === 'shop');
    whole.cluster.apply({ ...service!, metadata: { ...service!.metadata, labels: { team: 'web' } } });
    whole.address('shop', '192.0.2.2');
    await inDns('shop', '192.0.2.2');
    const [first, second] = await until(() => {
      expect(storiesOf('shop')).toHaveLength(2);
      return storiesOf('shop');
    });
    const { timeline, result } = second!;
    expect(timeline?.notice.sequence).toBe(first!.timeline!.notice.sequence + 1);
    expect(timeline?.notice.objects).toEqual([{ kind: 'service', namespace: 'default', name: 'shop' }]);
    expect(timeline?.answered).toMatchObject({ name: 'shop.example.com', type: 'A' });
    const { seenAt, postedAt, queuedAt, runAt, acceptedAt = 0, answered } = timeline!;
    const times = [seenAt, postedAt, queuedAt, runAt, acceptedAt, answered!.at];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(result).toMatchObject({ counts: { updated: 1 }, calls: { ChangeResourceRecordSets: 1 }, inStep: true });
    const [zone] = result!.zones;
    expect(zone?.changes).toMatchObject([{ action: 'update', name: 'shop.example.com', type: 'A' }]);
  });

  test('the schedule goes through the queue, in the group of its shard', async () => {
    await whole.stack.sendSchedule();
    const { batch, result } = await until(() => {
      const trace = whole.traces.find(({ timeline }) => timeline === undefined);
      if (!trace) throw new Error('the schedule was not dealt with yet');
      return trace;
    });
    expect(batch.records.map(({ attributes }) => attributes.MessageGroupId)).toEqual(['default']);
    expect(result?.clusters).toMatchObject([{ name: 'prod', state: 'read' }]);
  });
});

describe('ends in step', () => {
  test('when the Function URL was away for a while', async () => {
    const unsent = () => log.filter(line => line.includes('"notice not sent"')).length;
    const before = unsent();
    await whole.stack.dropUrl();
    whole.address('away', '192.0.2.1');
    await until(() => expect(unsent()).toBeGreaterThan(before + 1));
    expect(whole.published('away')).toEqual([]);
    await whole.stack.raiseUrl();
    await inDns('away', '192.0.2.1');
  });

  test('when the queue took nothing for a while', async () => {
    const refused = () => log.filter(line => line.includes('"status":502')).length;
    const before = refused();
    // Three tries of the SDK for each notice: the first two notices are not taken.
    whole.world.sqs.faults.failNext('SendMessage', 'ServiceUnavailable', 6);
    whole.address('full', '192.0.2.1');
    await inDns('full', '192.0.2.1');
    await until(() => expect(refused()).toBe(before + 2));
  });

  test.each(['before', 'after'] as const)(
    'when the function was killed %s Route 53 applied its batch',
    async moment => {
      const name = `killed-${moment}`;
      const bucket = whole.world.s3.buckets.get('fairlead-local-state');
      const act = () => {
        whole.stack.reconcile.crash();
        // Deployed, the message is hidden for longer than the lease of the dead run lasts. Nobody waits for it here.
        bucket?.delete('lease/default', { ifMatch: undefined, ifNoneMatch: undefined });
      };
      whole.world.route53.faults.interrupt({ operation: 'ChangeResourceRecordSets', call: 1, moment, act });
      whole.address(name, '192.0.2.1');
      const killed = await until(() => storyOf(name));
      expect(killed.batch).toMatchObject({ error: { name: 'LambdaError' }, failed: [expect.any(String)] });
      // Deployed, it is hidden for a minute more than a run may take.
      await whole.release(killed);
      const [, again] = await until(() => {
        expect(storiesOf(name)).toHaveLength(2);
        return storiesOf(name);
      });
      expect(again!.batch.records[0]?.attributes.ApproximateReceiveCount).toBe('2');
      expect(again!.result?.inStep).toBe(true);
      expect(whole.published(name)).toEqual(['192.0.2.1']);
    },
  );

  test('when a notice came after the run in progress had read the cluster: another run serves it', async () => {
    const act = () => whole.address('late', '192.0.2.2');
    whole.world.route53.faults.interrupt({ operation: 'ChangeResourceRecordSets', call: 1, moment: 'before', act });
    whole.address('early', '192.0.2.1');
    await inDns('early', '192.0.2.1');
    await inDns('late', '192.0.2.2');
    const { batch: first } = await until(() => storyOf('early'));
    const { batch: second, result } = await until(() => storyOf('late'));
    expect(second.requestId).not.toBe(first.requestId);
    expect(result?.zones[0]?.changes).toMatchObject([{ name: 'late.example.com' }]);
  });
});

describe('fairlead.yml, edited meanwhile', () => {
  test('that is wrong changes nothing, and is told; one that is good counts from the next run on', async () => {
    expect(await whole.configure('polciy: sync\n')).toMatch(/is wrong.*goes on:\n.*polciy.*"policy"/);
    whole.address('edited', '192.0.2.1');
    await inDns('edited', '192.0.2.1');
    const told = whole.traces.length;
    expect(await whole.configure('policy: create-only\n')).toMatch(/: policy changed, which counts from the next run/);
    whole.address('edited', '192.0.2.2');
    // The function takes its time to start: the run that the edit of the config asked for may see the new address already.
    await until(() =>
      expect(whole.traces.slice(told).map(({ result }) => result?.reasons)).toContainEqual({ policy: 1 }),
    );
    expect(whole.published('edited')).toEqual(['192.0.2.1']);
    await whole.configure('');
    await inDns('edited', '192.0.2.2');
  });

  test('counts for the forwarder, too, and a zone is there for each of its domains', async () => {
    const told = whole.traces.length;
    const prefixes = 'annotationPrefixes: [external-dns.kubernetes.io/, mine.test/]\n';
    expect(await whole.configure(prefixes, 'example.com, example.net')).toMatch(/annotationPrefixes, zones changed/);
    const mine = (address: string) =>
      whole.cluster.apply({
        ...service('mine', {}, [address]),
        metadata: { name: 'mine', namespace: 'default', annotations: { 'mine.test/hostname': 'mine.example.net' } },
      });
    const zone = () => whole.world.route53.dump().find(({ name }) => name === 'example.net.');
    // The new forwarder begins with a notice of everything; from then on only what it sees makes a run begin.
    const begun = ({ timeline }: Trace) => timeline !== undefined && timeline.notice.objects === undefined;
    await until(() => expect(whole.traces.slice(told).some(begun)).toBe(true));
    await whole.rest();
    mine('192.0.2.7');
    await until(() => expect(zone()?.records).toContainEqual(expect.objectContaining({ values: ['192.0.2.7'] })));
    await until(() => expect(storyOf('mine').timeline?.answered?.name).toBe('mine.example.net'));
  });
});

test('a forged notice, and one of a stranger, are refused and cost no message and no run', async () => {
  const { world, stack } = whole;
  await whole.rest();
  const forged = await signedPost(world, stack.webhookUrl, { body: notice(1), secret: 'guessed' });
  const changed = await signedPost(world, stack.webhookUrl, { body: notice(1), forged: notice(2) });
  const unsigned = await fetch(stack.webhookUrl, { method: 'POST', body: notice(1) });
  const stranger = await signedPost(world, stack.webhookUrl, { body: notice(1, 'elsewhere') });
  expect([forged, changed, unsigned, stranger].map(({ status }) => status)).toEqual([403, 403, 403, 400]);
  expect(await stranger.text()).toBe('');
  const posted = notice(1);
  const honest = await signedPost(world, stack.webhookUrl, { body: posted });
  expect(honest.status).toBe(202);
  // Messages keep their order: any of the others would have come before it.
  const { batch } = await until(() => {
    const trace = whole.traces.find(one => one.timeline?.notice.source === 'test');
    return trace ?? expect.fail('no run for it yet');
  });
  expect(batch.records.map(({ body }) => JSON.parse(body))).toEqual([JSON.parse(posted)]);
});
