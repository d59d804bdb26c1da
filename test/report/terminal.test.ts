import { expect, test } from 'vitest';
import { terminalOptions } from '../../lib/report/terminal.ts';

const TERMINAL = { isTTY: true, columns: 60 };
const PIPE = {};

test.each<[string, object, Record<string, string>, boolean, boolean]>([
  ['a terminal', TERMINAL, {}, true, true],
  ['a pipe', PIPE, {}, true, false],
  ['--no-color', TERMINAL, { FORCE_COLOR: '1' }, false, false],
  ['FORCE_COLOR in a pipe', PIPE, { FORCE_COLOR: '1' }, true, true],
  ['FORCE_COLOR, though empty', PIPE, { FORCE_COLOR: '' }, true, true],
  ['FORCE_COLOR=0', TERMINAL, { FORCE_COLOR: '0' }, true, false],
  ['FORCE_COLOR before NO_COLOR', PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
  ['NO_COLOR', TERMINAL, { NO_COLOR: '1' }, true, false],
  ['NO_COLOR that is empty', TERMINAL, { NO_COLOR: '' }, true, true],
  ['TERM=dumb', TERMINAL, { TERM: 'dumb' }, true, false],
])('%s', (_which, stream, env, allowed, colour) => {
  expect(terminalOptions(stream, env, allowed).colour).toBe(colour);
});

test('a terminal has a width; a pipe has none, unless it is said', () => {
  expect(terminalOptions(TERMINAL, {}).width).toBe(60);
  expect(terminalOptions({ isTTY: true }, { COLUMNS: '72' }).width).toBe(72);
  expect(terminalOptions(TERMINAL, { COLUMNS: '72' }).width).toBe(60);
  expect(terminalOptions(PIPE, {})).not.toHaveProperty('width');
  expect(terminalOptions(PIPE, { COLUMNS: 'wide' })).not.toHaveProperty('width');
  expect(terminalOptions(PIPE, { COLUMNS: '72' }).width).toBe(72);
});
