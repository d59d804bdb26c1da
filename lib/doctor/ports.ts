import type { SecretPlace } from '../aws/secret-place.ts';
import type { ClusterProbe } from '../cluster/index.ts';
import type { ClusterConfig, Config } from '../config/config.ts';
import type { DnsName, Finding } from '../model/index.ts';
import type { LeftNames } from '../registry/index.ts';
import type { Route53Port } from '../route53/index.ts';
import type { StateStore } from '../state/index.ts';
import type { BusProbe } from '../stream.ts';

/** What the doctor needs of the world. Each method may throw; what it throws is told, and the rest goes on. */
export interface DoctorPorts {
  /** Who AWS says that the caller is. */
  identity(): Promise<{ readonly account: string; readonly arn: string }>;
  readonly route53: Route53Port;
  /** Of the role that the zones of a view name; absent: there is one for all. */
  readonly zonesOf?: (view: string) => Route53Port;
  readonly store: StateStore;
  /** Reads the keys of `registry.encryptionKey`; absent: the config names none. */
  readonly keys?: () => Promise<unknown>;
  /** What clusters that left the config have left behind, as far as runs have kept it. */
  left(): Promise<readonly LeftNames[]>;
  /** What runs have to tell of names and objects, as far as they have kept what they read; undefined: they have kept nothing. */
  findings(): Promise<readonly Finding[] | undefined>;
  /** Looks at a cluster as a run would, and at its Deployments. */
  probe(cluster: ClusterConfig, config: Config): Promise<ClusterProbe>;
  /** The name servers that public DNS gives for a zone; empty: it has none. */
  nameServers(zone: DnsName): Promise<readonly string[]>;
  /** The bus of the change stream; absent: the environment names none. */
  readonly eventBus?: {
    readonly arn: string;
    /** Whether it would take an event of this caller. */
    probe(): Promise<BusProbe>;
  };
  /** Messages in a queue of the stack; undefined: no such queue. */
  messages(queue: string): Promise<number | undefined>;
  /** The variables of a function; undefined: no such function. */
  environmentOf(functionName: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** The text of a secret; undefined: it has none. */
  secretIn(place: SecretPlace): Promise<string | undefined>;
  /** Epoch milliseconds. */
  now(): number;
  /** A word that nobody can have used. */
  random(): string;
}
