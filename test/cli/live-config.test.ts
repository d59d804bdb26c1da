import { expect, test } from 'vitest';
import { liveConfig } from '../../cli/live-config.ts';
import { configOf } from '../support/harness.ts';

const GOOD = 'clusters: [{name: prod, region: us-east-1}]\n';

test('a config is read anew each time, and what is made of it is made again where it says something else', () => {
  let text = GOOD;
  let made = 0;
  const live = liveConfig(
    () => configOf(text),
    () => ++made,
  );
  expect([live.now().made, live.now().made]).toEqual([1, 1]);
  text = `# a comment\n${GOOD}`;
  expect(live.now().made).toBe(1);
  text = `${GOOD}policy: upsert-only\n`;
  expect([live.now().made, live.now().config.policy]).toEqual([2, 'upsert-only']);
  text = `${GOOD}polciy: sync\n`;
  expect(() => live.now()).toThrow(/polciy/);
  expect(live.last().config.policy).toBe('upsert-only');
  text = GOOD;
  expect(live.now().made).toBe(3);
});

test('one that is wrong at the start is refused', () => {
  expect(() => liveConfig(() => configOf('clusters: []'), Object)).toThrow(/clusters/);
});
