export type * from './config.ts';
export { doubtsOf } from './doubts.ts';
export { ConfigError } from './error.ts';
export { FLAGS, type Flag, OTHER_PROVIDERS } from './flags.ts';
export { loadConfig, parseConfig } from './load.ts';
export { type ConfigOfView, configsOf, ownerIdsOf, zoneOfSeveral } from './views.ts';
