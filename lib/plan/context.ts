import type { DnsName, HostedZone, NameChange, ObjectRef } from '../model/index.ts';
import type { Claim } from '../registry/index.ts';
import type { OwnedRecord } from './current/current.ts';
import type { ZoneView } from './current/zone-view.ts';
import type { SharedTtl, TypesAt } from './desired/desired.ts';
import type { Owners } from './owners/owners.ts';
import type { PlanSettings } from './settings.ts';

/** What the plan of one name may look at, besides the name itself. */
export interface NameContext {
  readonly view: ZoneView;
  readonly settings: PlanSettings;
  readonly owners: Owners;
  readonly typesAt: TypesAt;
  /** Of the name, where its record sets are weighted. */
  readonly sharedTtl?: SharedTtl;
  /** Whether an ownership record that decides over nothing is a plain leftover, and may go. */
  readonly isLeftover: (claim: Claim) => boolean;
  /** What the nearest of the zones above that has anything of ours at a name has there. */
  readonly above: (name: DnsName) => { readonly ours: readonly OwnedRecord[]; readonly zone?: HostedZone };
  readonly hides: Hides;
}

/** A name at or below a new NS record set that the world would not find here any more, though others have or want it there. */
export type Hides = (name: DnsName, object: ObjectRef) => DnsName | undefined;

/** A change of the plan, with what the brakes must know of it. */
export interface PlannedChange {
  readonly change: NameChange;
  /** The ownership records that are taken away or replaced. */
  readonly claims: readonly Claim[];
  /** Those of them whose record sets are taken away or replaced. */
  readonly losing: readonly Claim[];
}
