import type { DnsName, Finding, ObjectRef, Party, Reason } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { Delta } from '../change/diff.ts';
import type { NameContext, PlannedChange } from '../context.ts';
import { findingsOf } from '../findings.ts';
import type { Keeping } from '../owners/keeping.ts';

/** The plan of one name in one zone. */
export interface NamePlan {
  /** One; of a name that nobody asks for one for each party that had record sets there. */
  readonly changes: readonly PlannedChange[];
  readonly findings: readonly Finding[];
  /** Why something of ours is kept though nobody asks for it, to be told once for many names. */
  readonly keeping?: Keeping;
  /** What is kept is a part of the name alone: objects ask for the rest. */
  readonly partly?: boolean;
  /** Ownership records of ours that fit no record set and stay: what they are is not known. */
  readonly stray: readonly Claim[];
}

/** The plan of one facet of a name. */
export interface FacetPlan {
  readonly deltas: readonly Delta[];
  readonly findings: readonly Finding[];
  readonly party?: Party;
  readonly objects: readonly ObjectRef[];
  readonly keeping?: Keeping;
}

/** Who is told of a name. */
export interface Told {
  readonly name: DnsName;
  readonly objects: readonly ObjectRef[];
  readonly context: NameContext;
}

export const tell = ({ name, objects, context }: Told, reason: Reason, message: string, type?: string): Finding[] =>
  findingsOf({ name, objects }, reason, message, context.view.zone.id, type);
