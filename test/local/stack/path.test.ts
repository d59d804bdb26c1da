import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Story } from '../../../local/demo/stories.ts';
import { signedPost } from '../lambda/notices.ts';
import { startWhole, until, type Whole } from './whole.ts';

vi.setConfig({ testTimeout: 60_000 });

let whole: Whole;
afterEach(() => whole.close());

const inDns = (name: string, ip: string) => until(() => expect(whole.published(name)).toEqual([ip]));
/** What became of the notice that names an object. */
function storyOf(object: string): Story {
  const story = whole.stories.find(({ journey }) => journey?.notice.objects?.some(({ name }) => name === object));
  if (!story) throw new Error(`no notice of ${object} was dealt with yet`);
  return story;
}
const sent = () => whole.world.sqs.journal.counts.calls.SendMessage ?? 0;
const notice = (sequence: number, cluster = 'prod') =>
  JSON.stringify({ cluster, source: 'test', sequence, since: Date.now() });

describe('from a Service to DNS', () => {
  test('a change passes every part in its order; one that matters to nobody goes nowhere', async () => {
    whole = await startWhole();
    whole.address('shop', '192.0.2.1');
    await whole.startForwarder();
    await inDns('shop', '192.0.2.1');
    const [service] = whole.cluster.list('Service').filter(({ metadata }) => metadata.name === 'shop');
    whole.cluster.apply({ ...service!, metadata: { ...service!.metadata, labels: { team: 'web' } } });
    whole.address('shop', '192.0.2.2');
    await inDns('shop', '192.0.2.2');
    const { journey, result } = await until(() => storyOf('shop'));
    expect(journey?.notice.objects).toEqual([{ kind: 'service', namespace: 'default', name: 'shop' }]);
    expect(journey?.answered).toMatchObject({ name: 'shop.example.com', type: 'A' });
    const { seenAt, postedAt, queuedAt, runAt, acceptedAt = 0, answered } = journey!;
    const times = [seenAt, postedAt, queuedAt, runAt, acceptedAt, answered!.at];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(result).toMatchObject({ counts: { updated: 1 }, calls: { ChangeResourceRecordSets: 1 }, inStep: true });
    const [zone] = result!.zones;
    expect(zone?.changes).toMatchObject([{ action: 'update', name: 'shop.example.com', type: 'A' }]);
  });

  test('the schedule goes through the queue, in the group of its shard', async () => {
    whole = await startWhole();
    whole.address('shop', '192.0.2.1');
    await whole.stack.sendSchedule();
    await inDns('shop', '192.0.2.1');
    await until(() => expect(whole.stories).toHaveLength(1));
    const [{ batch, journey }] = whole.stories as [(typeof whole.stories)[number]];
    expect(batch.records.map(({ attributes }) => attributes.MessageGroupId)).toEqual(['default']);
    expect(journey).toBeUndefined();
  });
});

describe('ends in step', () => {
  test('when the Function URL was away for a while', async () => {
    whole = await startWhole();
    const log = await whole.startForwarder();
    await whole.stack.dropUrl();
    whole.address('shop', '192.0.2.1');
    await until(() => expect(log.filter(line => line.includes('"notice not sent"')).length).toBeGreaterThan(1));
    expect(whole.published('shop')).toEqual([]);
    await whole.stack.raiseUrl();
    await inDns('shop', '192.0.2.1');
  });

  test('when the queue took nothing for a while', async () => {
    whole = await startWhole();
    const log = await whole.startForwarder();
    // Three tries of the SDK for each notice: the first two notices are not taken.
    whole.world.sqs.faults.failNext('SendMessage', 'ServiceUnavailable', 6);
    whole.address('shop', '192.0.2.1');
    await inDns('shop', '192.0.2.1');
    expect(log.filter(line => line.includes('"status":502')).length).toBe(2);
  });

  test.each(['before', 'after'] as const)(
    'when the function was killed %s Route 53 applied its batch',
    async moment => {
      whole = await startWhole({ visibilitySeconds: 2 });
      await whole.startForwarder();
      const bucket = whole.world.s3.buckets.get('fairlead-local-state');
      const kill = () => {
        whole.stack.reconcile.crash();
        // Deployed, the message is hidden for longer than the lease of the dead run lasts. Nobody waits for so long here.
        bucket?.delete('lease/default', { ifMatch: undefined, ifNoneMatch: undefined });
      };
      whole.world.route53.faults.interrupt({ operation: 'ChangeResourceRecordSets', call: 1, moment, act: kill });
      whole.address('shop', '192.0.2.1');
      await until(() => expect(whole.stories.at(-1)?.batch.records[0]?.attributes.ApproximateReceiveCount).toBe('2'));
      expect(whole.stories.at(-2)?.batch).toMatchObject({ error: { name: 'LambdaError' } });
      expect(whole.stories.at(-1)?.result?.inStep).toBe(true);
      expect(whole.published('shop')).toEqual(['192.0.2.1']);
    },
  );

  test('when a notice came after the run in progress had read the cluster: another run serves it', async () => {
    whole = await startWhole();
    await whole.startForwarder();
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

test('a forged notice, and one of a stranger, are refused and cost no message and no run', async () => {
  whole = await startWhole();
  const { world, stack } = whole;
  const forged = await signedPost(world, stack.webhookUrl, { body: notice(1), secret: 'guessed' });
  const changed = await signedPost(world, stack.webhookUrl, { body: notice(1), forged: notice(2) });
  const unsigned = await fetch(stack.webhookUrl, { method: 'POST', body: notice(1) });
  const stranger = await signedPost(world, stack.webhookUrl, { body: notice(1, 'elsewhere') });
  expect([forged, changed, unsigned, stranger].map(({ status }) => status)).toEqual([403, 403, 403, 400]);
  expect(await stranger.text()).toBe('');
  expect([sent(), whole.calls('ListHostedZones')]).toEqual([0, 0]);
  const honest = await signedPost(world, stack.webhookUrl, { body: notice(1) });
  expect(honest.status).toBe(202);
  await until(() => expect(whole.stories).toHaveLength(1));
  expect(sent()).toBe(1);
});
