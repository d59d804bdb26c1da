import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod/mini';

/** What every function that takes notices knows of the deployment. */
export interface Deployed {
  readonly queueUrl: string;
  /** The shard of each cluster of the config. */
  readonly shards: ReadonlyMap<string, string>;
}

/** The function was deployed with settings it cannot work with; the message names the variable and what it may hold. */
export class InvalidSetting extends Error {
  override readonly name = 'InvalidSetting';
}

const Shards = z.record(z.string(), z.string());

/**
 * Reads the environment that serverless.yml gives. The clusters come from a small file that is packaged with the function,
 * not from fairlead.yml, which takes longer to load than everything else here. @throws InvalidSetting
 */
export function readDeployed(env: Readonly<Record<string, string | undefined>>): Deployed {
  const queueUrl = env.FAIRLEAD_QUEUE_URL ?? '';
  if (!/^https?:\/\//.test(queueUrl)) throw new InvalidSetting('FAIRLEAD_QUEUE_URL: expected the URL of the queue');
  return { queueUrl, shards: readShards(resolve(env.LAMBDA_TASK_ROOT ?? '.', env.FAIRLEAD_SHARDS ?? 'shards.json')) };
}

function readShards(file: string): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(Shards.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch (cause) {
    throw new InvalidSetting(`${file}: expected {"cluster": "shard", …}, as packaging writes it`, { cause });
  }
}
