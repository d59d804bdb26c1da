import { describe, expect, test } from 'vitest';
import { createLog } from '../../forwarder/program/log.ts';
import { Sender } from '../../forwarder/program/sender.ts';
import type { NamedObject, Notice } from '../../lib/model/index.ts';
import { MAX_OBJECTS, parseNotice } from '../../lib/notice/index.ts';
import { FakeTime } from './time.ts';

const object = (name: string): NamedObject => ({ kind: 'service', namespace: 'default', name });

/** A sender whose webhook answers in turn with these; then 202. `hang`: when the test says so. */
function setup(...answers: (number | 'fault' | 'hang')[]) {
  const time = new FakeTime();
  const posts: { at: number; notice: Notice }[] = [];
  const lines: Record<string, unknown>[] = [];
  const hanging: ((status: number) => void)[] = [];
  const start = time.now();
  const sender = new Sender({
    cluster: 'prod',
    source: 'life',
    gather: { quietMs: 200, mostMs: 1000 },
    clock: time,
    log: createLog(line => lines.push(JSON.parse(line)), time.now),
    async post(body) {
      posts.push({ at: time.now() - start, notice: JSON.parse(body) });
      const answer = answers.shift() ?? 202;
      if (answer === 'hang') return new Promise(resolve => hanging.push(resolve));
      if (answer === 'fault') throw new Error('connect ECONNREFUSED');
      return answer;
    },
  });
  const done = sender.run();
  const answer = (status: number) => hanging.shift()?.(status);
  const names = () => posts.map(({ notice }) => notice.objects?.map(({ name }) => name) ?? 'any');
  const sequences = () => posts.map(({ notice }) => notice.sequence);
  return { time, posts, lines, sender, done, answer, names, sequences, start };
}

describe('gathering', () => {
  test('sends 200 ms after the last change', async () => {
    const { time, sender, posts, names, start } = setup();
    sender.change(object('a'));
    await time.pass(150);
    sender.change(object('b'));
    await time.pass(199);
    expect(posts).toEqual([]);
    await time.pass(1);
    expect(names()).toEqual([['a', 'b']]);
    expect(posts[0]).toMatchObject({ at: 350, notice: { cluster: 'prod', source: 'life', sequence: 1, since: start } });
  });

  test('waits for quiet no longer than a second', async () => {
    const { time, sender, posts } = setup();
    for (let i = 0; i < 12; i++) {
      sender.change(object('a'));
      await time.pass(100);
    }
    expect(posts[0]?.at).toBe(1000);
  });

  test('names an object once, and none where anything may have changed', async () => {
    const { time, sender, names } = setup();
    sender.change(object('a'));
    sender.change(object('a'));
    await time.pass(1000);
    sender.change(object('a'));
    sender.change(undefined);
    sender.change(object('b'));
    await time.pass(1000);
    expect(names()).toEqual([['a'], 'any']);
  });

  test.each([
    { changed: MAX_OBJECTS, named: MAX_OBJECTS },
    { changed: MAX_OBJECTS + 1, named: 'any' },
    { changed: 100_000, named: 'any' },
  ])('$changed objects: $named', async ({ changed, named }) => {
    const { time, sender, posts, lines } = setup();
    for (let i = 0; i < changed; i++) sender.change(object(`a-${i}`));
    expect(sender.pending).toBeLessThanOrEqual(MAX_OBJECTS);
    await time.pass(1000);
    expect(posts[0]?.notice.objects?.length ?? 'any').toBe(named);
    expect(lines).toMatchObject([{ message: 'notice sent', objects: named, sequence: 1, attempt: 1 }]);
  });

  test('a notice fits into what the webhook takes, with the longest names', async () => {
    const { time, sender, posts } = setup();
    for (let i = 0; i < MAX_OBJECTS; i++)
      sender.change({ kind: 'ingress', namespace: 'n'.repeat(63), name: `${i}`.padStart(253, 'a') });
    await time.pass(1000);
    expect(parseNotice(JSON.stringify(posts[0]?.notice))).toEqual(posts[0]?.notice);
  });
});

describe('what is not taken', () => {
  test('is sent again as it was, with its number', async () => {
    const { time, sender, posts } = setup('fault', 500, 503);
    sender.change(object('a'));
    await time.pass(60_000);
    expect(posts.map(({ notice }) => notice)).toEqual(Array(4).fill(posts[0]?.notice));
    expect(sender.idle).toBe(true);
  });

  test('gets a number of its own when it says more, and holds both', async () => {
    const { time, sender, names, sequences, posts, start } = setup('fault', 'fault');
    sender.change(object('a'));
    await time.pass(250);
    sender.change(object('b'));
    await time.pass(60_000);
    expect(names()).toEqual([['a'], ['a', 'b'], ['a', 'b']]);
    expect(sequences()).toEqual([1, 2, 2]);
    expect(posts[2]?.notice.since).toBe(start);
  });

  test('gets a number of its own, too, when an object that it names changed again', async () => {
    const { time, sender, names, sequences } = setup('hang', 202);
    const held = setup('hang');
    for (const one of [sender, held.sender]) one.change(object('a'));
    await Promise.all([time.pass(250), held.time.pass(250)]);
    for (const one of [sender, held.sender]) one.change(object('a'));
    held.answer(500);
    await held.time.pass(60_000);
    expect([held.names(), held.sequences()]).toEqual([
      [['a'], ['a']],
      [1, 2],
    ]);
    expect([names(), sequences()]).toEqual([[['a']], [1]]);
  });

  test('a change during an attempt that is taken makes a notice of its own', async () => {
    const { time, sender, names, sequences, answer } = setup('hang');
    sender.change(object('a'));
    await time.pass(250);
    sender.change(object('b'));
    await time.pass(5_000);
    expect(sequences()).toEqual([1]);
    answer(202);
    await time.pass(1_000);
    expect(names()).toEqual([['a'], ['b']]);
    expect(sequences()).toEqual([1, 2]);
  });

  test.each([
    {
      rule: 'a fault soon, then twice as long each time, 30 s at most',
      answer: 'fault' as const,
      first: 375,
      last: 22_500,
    },
    { rule: 'a failing webhook likewise', answer: 502, first: 375, last: 22_500 },
    { rule: 'too many requests likewise', answer: 429, first: 375, last: 22_500 },
    { rule: 'a refusal slowly', answer: 401, first: 3_750, last: 22_500 },
    { rule: 'an answer that is not the webhook’s slowly', answer: 200, first: 3_750, last: 22_500 },
  ])('$rule', async ({ answer, first, last }) => {
    const { time, sender, posts } = setup(...Array(12).fill(answer));
    sender.change(object('a'));
    await time.pass(30 * 60_000);
    const waits = posts.slice(1).map(({ at }, i) => at - (posts[i]?.at ?? 0));
    expect(waits).toHaveLength(12);
    expect([waits[0], waits.at(-1)]).toEqual([first, last]);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  test.each([
    { status: 400, says: 'fairlead.yml' },
    { status: 401, says: 'secret' },
    { status: 403, says: 'lambda:InvokeFunctionUrl' },
    { status: 404, says: 'webhook.url' },
  ])('$status is told loudly, with what to do', async ({ status, says }) => {
    const { time, sender, lines } = setup(status);
    sender.change(object('a'));
    await time.pass(250);
    expect(lines).toMatchObject([{ level: 'error', status, advice: expect.stringContaining(says) }]);
  });

  test('one that is too large is sent without its objects', async () => {
    const { time, sender, names, sequences } = setup(413);
    sender.change(object('a'));
    await time.pass(60_000);
    expect(names()).toEqual([['a'], 'any']);
    expect(sequences()).toEqual([1, 2]);
  });
});

describe('on the way out', () => {
  test('sends at once what waits, and then ends', async () => {
    const { time, sender, names, done } = setup();
    sender.change(object('a'));
    sender.stop();
    await time.pass(0);
    expect(names()).toEqual([['a']]);
    await done;
  });

  test('ends at once when nothing waits', async () => {
    const { sender, done, posts } = setup();
    sender.stop();
    await done;
    expect(posts).toEqual([]);
  });

  test('cuts a long wait short and tries again quickly', async () => {
    const { time, sender, posts, done } = setup(401, 'fault');
    sender.change(object('a'));
    await time.pass(250);
    sender.stop();
    await time.pass(2_000);
    expect(posts).toHaveLength(3);
    await done;
  });
});
