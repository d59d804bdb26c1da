export type { Clock } from './clock.ts';
export type { Timeouts } from './connection.ts';
export * from './errors.ts';
export { type ClusterReader, type ClusterReaderOptions, createClusterReader } from './read.ts';
export { type AwsCredentials, createTokenSource, signToken, stsHost } from './token.ts';
