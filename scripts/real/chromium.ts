import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The path of a Chromium; undefined: there is none. FAIRLEAD_CHROMIUM names one that is elsewhere. */
export function chromiumPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = NAMES.flatMap(name => folders.map(folder => join(folder, name)));
  return [process.env.FAIRLEAD_CHROMIUM, ...places].find(path => path !== undefined && isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian's, where it may be installed and there is none. */
export function prepareChromium(say: (line: string) => void): string | undefined {
  if (chromiumPath() === undefined && process.getuid?.() === 0) {
    say('e2e: installing chromium (apt-get)');
    const apt = (...args: readonly string[]) =>
      spawnSync('apt-get', ['-qq', '-y', ...args], {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        stdio: 'ignore',
      });
    apt('update');
    apt('install', '--no-install-recommends', 'chromium');
  }
  return chromiumPath();
}
