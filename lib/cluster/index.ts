export type { Timeouts } from './connection.ts';
export { type ClusterReader, type ClusterReaderOptions, createClusterReader, type Intake } from './read.ts';
