export type { ConfigEnv } from './checks.ts';
export type * from './config.ts';
export { ConfigError, type ConfigProblem } from './error.ts';
export { loadConfig, type ParseOptions, parseConfig } from './load.ts';
