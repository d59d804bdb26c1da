import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Config } from '../../lib/config/config.ts';
import { ConfigError, doubtsOf, loadConfig, parseConfig } from '../../lib/config/index.ts';

/** What came of reading the file again. */
export type Reread =
  | { readonly outcome: 'same' }
  /** In the words of `fairlead validate`. What was good last stays in use. */
  | { readonly outcome: 'wrong'; readonly message: string }
  /** It is good, but these keys need another world. What was good last stays in use. */
  | { readonly outcome: 'another-world'; readonly keys: readonly string[] }
  /** It is in use from now on. */
  | { readonly outcome: 'new'; readonly before: Config; readonly keys: readonly string[]; readonly doubts: string[] };

/** The fairlead.yml that somebody edits, and a copy of it as it was good last: what starts meanwhile reads the copy. */
export class ConfigFile {
  readonly file: string;
  readonly copy: string;
  readonly #region: string;
  #text: string;
  #config: Config;

  /** @throws ConfigError */
  constructor(file: string, folder: string, region: string) {
    this.file = file;
    this.copy = join(folder, 'fairlead.yml');
    this.#region = region;
    this.#text = this.#read();
    this.#config = this.#parse(this.#text);
    writeFileSync(this.copy, this.#text);
  }

  /** As it was good last. */
  get config(): Config {
    return this.#config;
  }

  reread(): Reread {
    try {
      const text = this.#read();
      const config = this.#parse(text);
      const keys = changedKeys(this.#text, text);
      if (keys.length === 0) return { outcome: 'same' };
      const fixed = keys.filter(key => key === 'clusters' || key === 'shards');
      if (fixed.length > 0 && worldOf(config) !== worldOf(this.#config))
        return { outcome: 'another-world', keys: fixed };
      const before = this.#config;
      this.#text = text;
      this.#config = config;
      writeFileSync(this.copy, text);
      const doubts = doubtsOf(config).map(({ field, message }) => `${field}: ${message}`);
      return { outcome: 'new', before, keys, doubts };
    } catch (error) {
      if (error instanceof ConfigError) return { outcome: 'wrong', message: error.message };
      throw error;
    }
  }

  #read(): string {
    try {
      return readFileSync(this.file, 'utf8');
    } catch {
      // It says why, as the command does.
      loadConfig(this.file, {});
      return readFileSync(this.file, 'utf8');
    }
  }

  #parse(text: string): Config {
    return parseConfig(text, { file: this.file, env: { AWS_REGION: this.#region }, onLambda: true });
  }
}

/** Of which clusters a world is made, and which shard's queue has their notices. */
const worldOf = ({ clusters, shards }: Config) =>
  JSON.stringify([clusters.map(({ name, region }) => [name, region]), shards]);

/** The keys whose values are others now; comments and the order of keys are none. */
function changedKeys(before: string, after: string): string[] {
  const [old, now] = [before, after].map(text => parse(text) as Record<string, unknown>);
  const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
  return [...keys].filter(key => JSON.stringify(old?.[key]) !== JSON.stringify(now?.[key])).sort();
}
