import type { Config } from '../lib/config/config.ts';
import { parseConfig } from '../lib/config/index.ts';

/** A config that says as little as one may, and these keys: what holds where nobody says otherwise. */
export function leastConfig(keys: object = {}): Config {
  const least = { clusters: [{ name: 'a', region: 'us-east-1' }], zones: { domains: ['example.com'] } };
  return parseConfig(JSON.stringify({ ...least, ...keys }), { file: 'least-config.ts', env: {} });
}
