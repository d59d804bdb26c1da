import type { DnsName } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import type { NameContext } from '../context.ts';
import type { Current, OwnedRecord } from '../current/current.ts';
import { decidingClaims } from '../current/shares.ts';
import type { Keeping } from '../owners/keeping.ts';

/** Of what several clusters have together: why one of them keeps its part. */
export const keepingOf = (owned: OwnedRecord, name: DnsName, { owners }: NameContext) =>
  decidingClaims(owned)
    .flatMap(({ ownership }) => owners.keeping(ownership, name, owned.record) ?? [])
    .at(0);

/** Ownership records of ours that decide over nothing. */
export const allIdle = ({ claims, ours }: Current) =>
  claims.filter(claim => !ours.some(owned => decidingClaims(owned).includes(claim)));

/** What is said of a whole cluster is not said of its names. */
const QUIET: ReadonlySet<Keeping['why'] | undefined> = new Set(['unread', 'config'] as const);

/** Ownership records of ours that decide over nothing, as far as they are to be told of. */
export const idleClaims = (current: Current, { owners }: Pick<NameContext, 'owners'>): Claim[] =>
  allIdle(current).filter(({ ownership }) => !QUIET.has(owners.frozen(ownership)?.why));

/** Those of them that are not known to be leftovers. */
export const strayClaims = (current: Current, context: NameContext) =>
  idleClaims(current, context).filter(claim => !context.isLeftover(claim));
