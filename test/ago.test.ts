import { expect, test } from 'vitest';
import { ago, span } from '../lib/ago.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each([
  [-5 * MINUTE, '0 s'],
  [0, '0 s'],
  [119 * SECOND, '119 s'],
  [2 * MINUTE, '2 min'],
  [119 * MINUTE, '119 min'],
  [2 * HOUR, '2 h'],
  [47 * HOUR, '47 h'],
  [48 * HOUR, '2 days'],
  [30 * 24 * HOUR, '30 days'],
])('%i ms are %s', (time, text) => {
  expect(span(time)).toBe(text);
  expect(ago(1e12, 1e12 + time)).toBe(`${text} ago`);
});
