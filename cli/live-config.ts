import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../lib/config/config.ts';

/** A config and what is made of it, as the file is now. */
export interface Live<Made> {
  readonly config: Config;
  readonly made: Made;
}

/**
 * Reads a config anew each time it is asked for: who mends it looks at the page meanwhile. What is made of it is made again
 * only where it says something else.
 *
 * @returns throws what reading throws; `last` is what was good last
 */
export function liveConfig<Made>(read: () => Config, make: (config: Config) => Made) {
  const open = (config: Config): Live<Made> => ({ config, made: make(config) });
  let last = open(read());
  return {
    last: () => last,
    now(): Live<Made> {
      const config = read();
      if (!isDeepStrictEqual(config, last.config)) last = open(config);
      return last;
    },
  };
}
