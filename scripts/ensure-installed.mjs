// Runs before `npm start` and `npm test` with whatever Node the machine has (20 or later): installs the
// dependencies when they are missing or older than the lock file. Plain JavaScript, no dependency.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;
const lock = `${root}package-lock.json`;

const upToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs - 1000;
const complete = existsSync(`${root}node_modules/.bin/node`);

if (!complete || !upToDate) {
  process.stderr.write('installing dependencies (npm ci) …\n');
  const install = how =>
    spawnSync('npm', [how, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] })
      .status;
  // `npm ci` wants an entry for every platform's optional packages; a registry that lacks one makes lock files without it.
  if (install('ci') !== 0 && install('install') !== 0) process.exit(1);
}
