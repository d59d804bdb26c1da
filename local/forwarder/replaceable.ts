import type { Config } from '../../lib/config/config.ts';
import { type Forwarder, type ForwarderOptions, startForwarder } from './forwarder.ts';

/** A forwarder whose place another one can take, with another config, as an upgrade of its chart does. */
export interface ReplaceableForwarder {
  /** The one that runs now. */
  readonly current: Forwarder;
  replace(config: Config): Promise<void>;
  /** Told when one ends that nobody asked to, with what it wrote last. */
  onLost(tell: (last: string) => void): void;
  close(): Promise<void>;
}

export function startReplaceable(options: ForwarderOptions): ReplaceableForwarder {
  let current = startForwarder(options);
  let tellLost: (last: string) => void = () => {};
  const asked = new Set<Forwarder>();
  const watch = (one: Forwarder) => void one.ended.then(last => asked.has(one) || tellLost(last));
  const end = (one: Forwarder) => {
    asked.add(one);
    return one.close();
  };
  watch(current);
  return {
    get current() {
      return current;
    },
    replace: async config => {
      await end(current);
      current = startForwarder({ ...options, config });
      watch(current);
    },
    onLost: tell => {
      tellLost = tell;
    },
    close: () => end(current),
  };
}
