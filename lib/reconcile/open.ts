import { createCache } from './kept.ts';
import { DEFAULT_SHARD, type OpenRun, type Run } from './ports.ts';

/**
 * Begins a run. Without the keys that the config names it is not made: every encrypted ownership record would count as
 * somebody else's.
 *
 * @throws UnusableKey
 */
export async function openRun(run: Run): Promise<OpenRun> {
  const { config, ports } = run;
  const { prefix, suffix, wildcardReplacement } = config.registry;
  const keys = await ports.keys?.();
  return {
    ...run,
    shard: run.shard ?? DEFAULT_SHARD,
    kept: createCache(ports.store, ports.clock),
    naming: { prefix, suffix, wildcardReplacement, ...(keys && { keys }) },
    readings: run.readings ?? new Map(),
  };
}
