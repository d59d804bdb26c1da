// Runs before `npm start` and `npm test` with whatever Node the machine has (20 or later): installs what the lock file says, and
// nothing else, when dependencies are missing or older than it. Plain JavaScript, no dependency.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;
const lock = `${root}package-lock.json`;

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs - 1000) {
  process.stderr.write('installing dependencies (npm ci) …\n');
  // No package needs its install script; none is run.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] }).status !== 0) process.exit(1);
}

// On Linux (x64, glibc) the lock file brings the interpreter along; elsewhere it is the machine's own, which has to read TypeScript.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (!existsSync(`${root}node_modules/.bin/node`) && (major < 22 || (major === 22 && minor < 18))) {
  process.stderr.write(`fairlead is developed with Node.js 24 (22.18 at least), and this is ${process.version}\n`);
  process.exit(1);
}
