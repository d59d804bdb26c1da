import { describe, expect, it } from 'vitest';
import { parseDuration, parseSeconds } from '../../lib/sources/duration.ts';

describe('parseDuration reads what time.ParseDuration of Go reads, in nanoseconds', () => {
  it.each([
    ['0', 0n],
    ['+0', 0n],
    ['5m', 300_000_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['1m1.9s', 61_900_000_000n],
    ['-1.5h', -5_400_000_000_000n],
    ['.5s', 500_000_000n],
    ['1.s', 1_000_000_000n],
    ['500ms', 500_000_000n],
    ['1us1µs1μs', 3_000n],
    ['0.9ns', 0n],
    ['9223372036854775807ns', 9_223_372_036_854_775_807n],
  ])('%s', (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it.each([
    ['nothing at all', ''],
    ['a sign alone', '-'],
    ['a number without a unit', '5'],
    ['a unit without a number', 'm'],
    ['a point without digits', '.s'],
    ['two signs', '--5m'],
    ['an unknown unit', '5d'],
    ['a blank', '5 m'],
    ['something behind', '5mx'],
    ['more than Go can hold', '9223372036854775808ns'],
    ['a number of any length', `${'9'.repeat(100_000)}s`],
  ])('refuses %s', (_rule, text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('parseSeconds reads a number of seconds or a duration', () => {
  it.each([
    ['300', 300],
    ['-5', -5],
    ['5m', 300],
    ['1m1.9s', 61],
    ['500ms', 0],
    ['-1.5s', -1],
    ['2147483647', 2_147_483_647],
  ])('%s', (text, seconds) => {
    expect(parseSeconds(text)).toBe(seconds);
  });

  it.each(['', ' 60', '60 ', '1.5', '1e3', '0x10', 'abc', '9'.repeat(16)])('refuses %j', text => {
    expect(parseSeconds(text)).toBeUndefined();
  });
});
