// `npm run e2e`: gets the real parts that test/e2e runs against (moto in .cache; kube-apiserver, etcd, aws-iam-authenticator and
// ExternalDNS in ~/.cache/fairlead or FAIRLEAD_CACHE), then runs it. Words after `--` choose test files, as vitest does, and
// options are vitest's: `npm run e2e -- kube -t "410"`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { prepareParts } from './real/parts.ts';
import { root } from './sls.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const given = process.argv.slice(2);
const optionsFrom = given.findIndex(word => word.startsWith('-'));
const words = optionsFrom < 0 ? given : given.slice(0, optionsFrom);
const options = given.slice(words.length);
const files = readdirSync(`${root}test/e2e`).filter(file => file.endsWith('.test.ts'));
const chosen = files.filter(file => words.length === 0 || words.some(word => `test/e2e/${file}`.includes(word)));

function runTests(ready: readonly string[]): number {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.e2e.config.ts'];
  const { status } = spawnSync(process.execPath, [...args, ...ready.map(file => `test/e2e/${file}`), ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

try {
  const ready = await prepareParts(chosen, say);
  if (chosen.length === 0) {
    throw new Error(`no test file has ${words.join(' or ')} in its name; there are ${files.join(', ')}`);
  }
  if (ready.length === 0) say('0 passed, 0 failed');
  process.exitCode = ready.length > 0 ? runTests(ready) : 0;
} catch (error) {
  say(`e2e: ${(error as Error).message}`);
  process.exitCode = 1;
}
