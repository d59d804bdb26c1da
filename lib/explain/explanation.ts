import type {
  ClusterName,
  DnsName,
  Endpoint,
  Finding,
  HistoryLine,
  HostedZone,
  ObjectRef,
  RecordChange,
  RecordSet,
  Refusal,
  ZoneId,
} from '../model/index.ts';

/**
 * What became of a name.
 *
 * | verdict   | somebody asks | what stands is ours | the next run                                     |
 * |-----------|---------------|---------------------|--------------------------------------------------|
 * | published | yes           | yes                 | changes nothing: every object has what it asks for |
 * | partly    | yes           | yes                 | leaves something that is asked for unpublished     |
 * | pending   | yes           | any                 | makes it so                                        |
 * | refused   | yes           | no                  | does not publish it, for the reasons given         |
 * | leaving   | no            | yes                 | removes it                                         |
 * | kept      | no            | yes                 | leaves it, for the reasons given                   |
 * | foreign   | no            | no, somebody else's | leaves it alone                                    |
 * | unknown   | no            | nothing stands      | has nothing to do                                  |
 */
export type Verdict = 'published' | 'partly' | 'pending' | 'refused' | 'leaving' | 'kept' | 'foreign' | 'unknown';

/** A record set that stands at the name, and whose it is. */
interface Part {
  readonly cluster: string;
  readonly resource: string;
  readonly addresses: readonly string[];
}

export interface ExplainedRecord {
  readonly record: RecordSet;
  readonly ours: boolean;
  /** The name of the ownership record that decides, and what it says; absent: the record set carries none. */
  readonly ownership?: {
    readonly record: DnsName;
    readonly owner: string;
    readonly cluster?: string;
    readonly resource?: string;
    /** The clusters that it may be of and that are not in the config any more; absent: none. */
    readonly left?: readonly ClusterName[];
    /** Of addresses that clusters have together: whose are which. */
    readonly parts?: readonly Part[];
  };
  /** Why it is left alone though an ownership record of ours speaks of it. */
  readonly doubt?: 'contested' | 'unproven';
}

/** Whether the world is led to a hosted zone. `unknown`: that stands in a zone which is not read here. */
export interface Delegation {
  readonly state: 'delegated' | 'not-delegated' | 'elsewhere' | 'private' | 'unknown';
  readonly message: string;
}

/** A hosted zone that contains the name. */
export interface ExplainedZone extends HostedZone {
  /** Whether the config selects it; what it holds is only read then. */
  readonly selected: boolean;
  readonly delegation: Delegation;
  readonly records: readonly ExplainedRecord[];
  /** An ownership record of another owner that has no record set: the name is reserved. */
  readonly reservedBy?: string;
  /** What Route 53 refused before, and when it is tried again. */
  readonly refusal?: Refusal;
  /** Since when nobody asks for what stands (epoch milliseconds). */
  readonly unwantedSince?: number;
  /** When the copy was last read in full (epoch milliseconds); absent: there is none. */
  readonly readAt?: number;
}

/**
 * | outcome   | what the object has                                         |
 * |-----------|-------------------------------------------------------------|
 * | published | what it asks for                                            |
 * | shared    | a record set together with others                           |
 * | pending   | it with the next run                                        |
 * | refused   | not what it asks for                                        |
 * | waiting   | what it had, until it has a target                          |
 * | filtered  | nothing, since the config or an annotation leaves it out     |
 */
export type Outcome = 'published' | 'shared' | 'pending' | 'refused' | 'waiting' | 'filtered' | 'unclear';

/** What one object asks for under one name, and what became of it. */
export interface Asker {
  readonly object: ObjectRef;
  readonly name: DnsName;
  readonly wants: readonly Pick<Endpoint, 'type' | 'targets' | 'setIdentifier' | 'routing'>[];
  readonly outcome: Outcome;
  /** What decided, in a word: `conflict`, `merge`, `filter`, …; absent: nothing had to be decided. */
  readonly rule?: string;
  readonly reasons: readonly Finding[];
}

/** A change that the next run would make. */
export interface NextChange extends RecordChange {
  readonly zone: ZoneId;
}

/** From where it is known, and how old that is. */
export interface Source {
  readonly origin: 'kept' | 'read';
  /** Epoch milliseconds. */
  readonly clusters: Readonly<Record<ClusterName, number>>;
  readonly gaps: readonly string[];
}

/** What public DNS answers. */
export interface PublicAnswer {
  /** The server that was asked; absent: those of the machine. */
  readonly server?: string;
  readonly answers: readonly { readonly type: string; readonly values: readonly string[] }[];
  /** Of the hosted zone, as the world knows them. */
  readonly nameServers: readonly string[];
  /** What could not be found out, in the resolver's words. */
  readonly problems: readonly string[];
}

/** All about one hostname. */
export interface Explanation {
  readonly name: DnsName;
  readonly verdict: Verdict;
  /** Every object that asks for the name has what it asks for. */
  readonly published: boolean;
  readonly summary: string;
  readonly zones: readonly ExplainedZone[];
  readonly asking: readonly Asker[];
  /** What is told of the name without an object. */
  readonly reasons: readonly Finding[];
  readonly next: readonly NextChange[];
  /** What runs changed lately, the newest first. */
  readonly last: readonly HistoryLine[];
  /** The one thing to do if that is not what one wants. */
  readonly advice: string;
  /** Where the name is not known: the known one that is most like it. */
  readonly nearest?: DnsName;
  readonly dns?: PublicAnswer;
  readonly source: Source;
}

/** All about one object. */
export interface ObjectExplanation {
  readonly object: ObjectRef;
  /** Something is known of the object: it asks for names, waits, or was refused. */
  readonly known: boolean;
  readonly published: boolean;
  readonly summary: string;
  readonly names: readonly Asker[];
  /** What is told of the object as a whole. */
  readonly reasons: readonly Finding[];
  /** Names that Route 53 has for it though it does not ask for them. */
  readonly holds: readonly DnsName[];
  readonly advice: string;
  readonly nearest?: string;
  readonly source: Source;
}
