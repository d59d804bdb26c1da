import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-help-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fairlead = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>(resolve => {
    execFile(process.execPath, [inject('command'), ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });

const COMMANDS =
  'sync plan records history undo explain why-not validate doctor ui import-args init completion adopt transfer import-registry release'.split(
    ' ',
  );

test('the commands are these', async () => {
  const { out } = await fairlead('--help');
  const listed = [...out.matchAll(/^ {2}([a-z-]+) (?:\[|<)/gm)].map(([, name]) => name);
  expect(listed).toEqual([...COMMANDS, 'help']);
});

// One by one: on a slow machine all of them together take longer than a test may.
test.each(COMMANDS)('the help of %s has examples, whose options there are', async name => {
  const { out } = await fairlead(name, '--help');
  const [options = '', examples = ''] = out.split('\nExamples:\n');
  expect(examples).toContain('fairlead ');
  const typed = [...examples.matchAll(new RegExp(`\\bfairlead ${name}\\b([^#]*?)(?: -- |#|$)`, 'gm'))];
  const named = typed.flatMap(([, words = '']) => words.match(/--[a-z-]+/g) ?? []);
  expect(named.filter(option => !options.includes(`${option} `) && !options.includes(`${option}\n`))).toEqual([]);
});

test.each(['plan', 'sync', 'doctor', 'explain', 'ui', 'adopt'])(
  'the help of %s has the environment, and of what is compared the exit codes',
  async name => {
    const { out } = await fairlead(name, '--help');
    for (const variable of ['AWS_PROFILE', 'AWS_ENDPOINT_URL_ROUTE_53', 'FAIRLEAD_STATE_BUCKET', 'NO_COLOR'])
      expect(out).toContain(variable);
    expect(/\nExit codes:\n/.test(out)).toBe(name === 'plan' || name === 'sync');
  },
);

test('who comes from an ExternalDNS is led from init to import-args', async () => {
  expect((await fairlead('init', '--help')).out).toMatch(/import-args makes one|fairlead import-args/);
});

test.each<[string[], RegExp]>([
  [['plna'], /unknown command 'plna'\n\(Did you mean plan\?\)/],
  [['plan', '--cnofig', 'x'], /unknown option '--cnofig'\n\(Did you mean --config\?\)/],
  [['plan', '--prune'], /option '--prune' belongs to --with <folder>/],
  [['plan', '--namespace', 'shop'], /option '--namespace' belongs to --with <folder>/],
  [['plan', '--out', '-'], /give a file: on standard output the result is printed/],
  [['plan', '--limit', '-1'], /give a whole number of rows/],
  [['plan', '--watch', '0'], /give 5 seconds or more/],
  [['ui', '--refresh', '0'], /give a whole number of seconds/],
  [['ui', '--port', '99999'], /give a port from 1 to 65535/],
  [['history', '--since', 'abc'], /give minutes, hours or days: 90m, 12h, 2d/],
  [['history', '--since', '99d'], /the history is kept for 30 days: give 30d at most/],
  [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
])('%j is refused in a line that says what is allowed', async (args, said) => {
  expect(await fairlead(...args)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(said) });
});
