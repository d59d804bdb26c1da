export type { Timeouts } from './connection.ts';
export type { CredentialsInput } from './eks.ts';
export { createEventWriter, type EventWriter } from './events.ts';
export { type ClusterProbe, probeCluster } from './probe.ts';
export {
  type ClusterReader,
  type ClusterReaderOptions,
  createClusterAccess,
  createClusterReader,
  type Intake,
} from './read.ts';
