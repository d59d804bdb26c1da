import type { ClusterName, DnsName, OwnerId, ZoneId } from './names.ts';
import type { ObjectRef } from './object.ts';

/**
 * Why something that was asked for is not published, or something owned was not removed.
 *
 * | reason      | what happened                                                              | counts as unpublished |
 * |-------------|----------------------------------------------------------------------------|-----------------------|
 * | filtered    | outside the domain filter, or another controller's object                  | no                    |
 * | warning     | published, but not quite as asked (a bad TTL)                              | no                    |
 * | no-target   | the load balancer is not there yet; what is published stays                | yes                   |
 * | invalid     | malformed: the object and the field are named                              | yes                   |
 * | unsupported | valid, but not supported yet                                               | yes                   |
 * | no-zone     | no hosted zone for the name                                                | yes                   |
 * | not-owned   | the name is taken by records that carry no ownership record of ours        | yes                   |
 * | conflict    | another object has the name, or DNS forbids the record beside another      | yes                   |
 * | not-allowed | `claims` of the config do not let the object have the name                 | yes                   |
 * | policy      | the policy forbids the change                                              | yes                   |
 * | frozen      | the cluster or kind could not be read, so nothing is taken away            | yes                   |
 * | held        | the guard held a removal                                                   | yes                   |
 * | grace       | a removal waits for `guard.deleteAfter`                                    | no                    |
 * | merged      | published together with the addresses of other objects                     | no                    |
 * | refused     | Route 53 refused it, in its own words                                      | yes                   |
 * | deferred    | no time or no request budget was left; the next run goes on                | yes                   |
 * | unreadable  | a cluster or a hosted zone could not be read                               | yes                   |
 */
export type Reason =
  | 'filtered'
  | 'warning'
  | 'no-target'
  | 'invalid'
  | 'unsupported'
  | 'no-zone'
  | 'not-owned'
  | 'conflict'
  | 'not-allowed'
  | 'policy'
  | 'frozen'
  | 'held'
  | 'grace'
  | 'merged'
  | 'refused'
  | 'deferred'
  | 'unreadable';

/** A change not made, a record not published, or a doubt worth telling, with its reason. */
export interface Finding {
  readonly reason: Reason;
  /** A sentence for a person: what, why, and what to do. */
  readonly message: string;
  readonly object?: ObjectRef;
  /** The object that is concerned where none asks: it has what is held, or is what a person keeps from it. */
  readonly former?: ObjectRef;
  readonly cluster?: ClusterName;
  /** The annotation or spec field that is at fault, e.g. `metadata.annotations[external-dns.kubernetes.io/ttl]`. */
  readonly field?: string;
  readonly name?: DnsName;
  readonly type?: string;
  /** Of the record set that it is about, where the name has several. */
  readonly setIdentifier?: string;
  readonly zone?: ZoneId;
  /** Whose the name is, where another owner's ownership record stands in the way. */
  readonly owner?: OwnerId;
  /** The command that ends it, where it takes a person: an undoing that holds, or a cluster that left the config. */
  readonly release?: string;
  /** How many findings of this reason it stands for; absent: itself. */
  readonly count?: number;
}

/** How many findings it stands for. */
export const countOf = ({ count = 1 }: Finding): number => count;

/** Reasons that leave something unpublished, or kept against the wish of the clusters. */
const UNPUBLISHED: ReadonlySet<Reason> = new Set<Reason>([
  'no-target',
  'invalid',
  'unsupported',
  'no-zone',
  'not-owned',
  'conflict',
  'not-allowed',
  'policy',
  'frozen',
  'held',
  'refused',
  'deferred',
  'unreadable',
]);

export const isUnpublished = ({ reason }: Pick<Finding, 'reason'>): boolean => UNPUBLISHED.has(reason);
