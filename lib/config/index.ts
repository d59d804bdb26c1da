export type * from './config.ts';
export { type Doubt, doubtsOf } from './doubts.ts';
export { ConfigError } from './error.ts';
export { loadConfig, parseConfig } from './load.ts';
export { type ConfigOfView, configsOf, zoneOfSeveral } from './views.ts';
