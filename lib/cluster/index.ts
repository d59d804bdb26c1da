export type { Timeouts } from './connection.ts';
export type { CredentialsInput } from './eks.ts';
export { type ClusterProbe, probeCluster } from './probe.ts';
export { type ClusterReader, type ClusterReaderOptions, createClusterReader, type Intake } from './read.ts';
