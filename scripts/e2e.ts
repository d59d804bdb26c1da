// `npm run e2e`: makes the Python environment with moto and cfn-lint (once, in .cache), then runs test/e2e.
import { spawnSync } from 'node:child_process';
import { prepareVenv } from './python.ts';
import { root } from './sls.ts';

if (await prepareVenv()) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.e2e.config.ts', ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.error('e2e needs python3 (3.9 or later) for moto: install it, or leave these tests out');
  process.exitCode = 1;
}
