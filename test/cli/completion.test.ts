import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-completion-'));
  await writeFile(join(folder, 'plan one.json'), '');
  await mkdir(join(folder, 'deploy'));
  const { stdout } = await run(process.execPath, [inject('command'), 'completion', 'bash']);
  await writeFile(join(folder, 'c.bash'), stdout);
});
afterAll(() => rm(folder, { recursive: true }));

/** What bash offers behind these words, of which the last is half typed. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `source c.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fairlead; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script, 'bash', 'fairlead', ...words], { cwd: folder });
  return stdout.split('\n').filter(line => line !== '');
}

test.each<[string[], string[]]>([
  [['pl'], ['plan']],
  [['--v'], ['--version']],
  [['plan', '--wi'], ['--with']],
  [['plan', '--output', 'm'], ['markdown']],
  [['plan', '-o', 'm'], ['markdown']],
  [['plan', '--with', 'dep'], ['deploy']],
  [['sync', '--plan', 'plan'], ['plan one.json']],
  [['validate', '-c', 'c.'], ['c.bash']],
  [['completion', 'f'], ['fish']],
])('bash offers behind %j: %j', async (words, wanted) => {
  expect(await offered(...words)).toEqual(wanted);
});

test('fish is told of short options, of what they take, and of paths', async () => {
  const { stdout } = await run(process.execPath, [inject('command'), 'completion', 'fish']);
  expect(stdout).toMatch(/__fish_seen_subcommand_from plan' -l output -s o -x -a 'table json yaml markdown name'/);
  expect(stdout).toMatch(/__fish_seen_subcommand_from sync' -l plan -r -F /);
  expect(stdout).toMatch(/__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'/);
});
