export { historySource, lookAtWorld } from './look.ts';
export { startUi } from './server.ts';
