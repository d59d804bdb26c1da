export type { Timeouts } from './connection.ts';
export { type ClusterReader, type ClusterReaderOptions, createClusterReader } from './read.ts';
