import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../lib/config/config.ts';
import { seenOf } from '../forwarder/forwarder.ts';
import type { Stack } from '../stack/stack.ts';
import type { World } from '../world.ts';
import type { ConfigFile } from './config-file.ts';

export interface Reconfigured {
  readonly file: ConfigFile;
  readonly world: World;
  readonly stack: Stack;
  /** Starts the forwarder anew, with this config. */
  readonly replaceForwarder: (config: Config) => Promise<void>;
}

/**
 * What somebody edited in fairlead.yml, as a deployment would bring it: the function is started anew, the forwarder where it has
 * to know, and a run compares everything.
 *
 * @returns what to tell
 */
export async function reconfigure({ file, world, stack, replaceForwarder }: Reconfigured): Promise<string> {
  const read = file.reread();
  switch (read.outcome) {
    case 'same':
      return 'fairlead.yml: nothing in it has changed';
    case 'wrong':
      return `fairlead.yml is wrong, so that what it said before goes on:\n${read.message}`;
    case 'another-world':
      return `fairlead.yml: for ${read.keys.join(' and ')} to count end with Ctrl-C and start again, since this world is made with its clusters; what it said before goes on`;
    case 'new': {
      addZones(world, file.config);
      await stack.reconcile.renew();
      if (!isDeepStrictEqual(seenOf(file.config), seenOf(read.before))) await replaceForwarder(file.config);
      await stack.sendSchedule();
      const doubts = read.doubts.map(doubt => `\nwarning: ${doubt}`);
      return `fairlead.yml: ${read.keys.join(', ')} changed, which counts from the next run on${doubts.join('')}`;
    }
  }
}

/** Hosted zones of the domains; of one that goes the records stay, as in an account. */
export function addZones(world: World, config: Config): void {
  const known = new Set(world.route53.dump().map(({ name }) => name));
  for (const domain of domainsOf(config)) if (!known.has(`${domain}.`)) world.addZone({ name: `${domain}.` });
}

export function domainsOf({ zones: { domains } }: Config): readonly string[] {
  return domains.length > 0 ? domains.map(name => name.replace(/^\./, '')) : ['example.com'];
}
