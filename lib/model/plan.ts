import type { Finding } from './finding.ts';
import type { ClusterName, DnsName, OwnerId } from './names.ts';
import type { ObjectRef } from './object.ts';
import type { RecordSet } from './record.ts';
import type { HostedZone } from './zone.ts';

/**
 * The change of one name in one zone: the unit that is never split over batches. Of a name with several record sets by set
 * identifier each has a change of its own, unless one could not stand beside what another was. `deletes` are record sets exactly as
 * read, `creates` the new ones; the ownership records are among both. A record set whose ownership record stays the
 * same is still swapped together with it (deleted and created alike), so that Route 53 itself checks at the moment of
 * the write that the record is still ours.
 */
export interface NameChange {
  readonly name: DnsName;
  /** Set where the change is about the record sets of this set identifier alone. */
  readonly setIdentifier?: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly deletes: readonly RecordSet[];
  readonly creates: readonly RecordSet[];
  /** Whose the name is afterwards; for a delete, whose it was. */
  readonly owner: OwnerId;
  /** Likewise; absent where it is not known which of the owner's clusters. */
  readonly cluster?: ClusterName;
  /** The objects that ask for it; for a delete, none. */
  readonly objects: readonly ObjectRef[];
  /** Whose the name was, where it was another's: `cluster: kind/namespace/name`, as far as its ownership record tells. */
  readonly formerly?: string;
  /** That object, where it is known which cluster it was of. */
  readonly former?: ObjectRef;
  /** An update of a record that nobody in Kubernetes changed: somebody else edited it. */
  readonly drift?: boolean;
}

/**
 * What is remembered of a change from run to run is remembered under this: its name, and its set identifier where it is
 * about that alone. (A name has no blank in it.)
 */
export function changeKey({ name, setIdentifier }: Pick<NameChange, 'name' | 'setIdentifier'>): string {
  return setIdentifier === undefined ? name : `${name} ${setIdentifier}`;
}

/** The name of a `changeKey`. */
export const nameOfKey = (key: string): DnsName => key.split(' ', 1)[0] ?? key;

export interface ZonePlan {
  readonly zone: HostedZone;
  /** In the order in which they must be applied: sorted by name, an alias after the record of the zone it points to. */
  readonly changes: readonly NameChange[];
}

export interface Plan {
  readonly zones: readonly ZonePlan[];
  readonly findings: readonly Finding[];
}
