import { conflictOf, type RecordSet, resourceOf, sharesTtl } from '../../model/index.ts';
import type { Delta } from '../change/diff.ts';
import type { DesiredRecord } from '../desired/desired.ts';
import { isDrained, isRaised } from '../sharing/drained.ts';

/** What is planned for one facet of a name. */
interface Part {
  readonly deltas: readonly Delta[];
}

/**
 * Which parts of a name are changed in one batch: all those without a set identifier, and of the others those of which the
 * one could not be written beside what the other was:
 *
 * | the new one                               | the old one of another part    | together |
 * |-------------------------------------------|--------------------------------|----------|
 * | of another policy, or simple              | any of the type                | yes      |
 * | for its region, failover role or location | for that                       | yes      |
 * | weighted, with another TTL                | weighted                       | yes      |
 * | CNAME                                     | any, and the other way round   | yes      |
 * | for an object                             | that goes, of the same object  | yes: its set identifier was renamed |
 * | that gets answers from now on              | a cluster's share that is drained | yes: else neither would get any for a while |
 * | any other                                 | any                            | no: the one must not hold up the other |
 */
export function togetherParts<T extends Part>(parts: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const part of parts.filter(({ deltas }) => deltas.length > 0)) {
    const near = groups.filter(group => group.some(other => needs(part, other) || needs(other, part)));
    const rest = groups.filter(group => !near.includes(group));
    groups.splice(0, groups.length, ...rest, [...near.flat(), part]);
  }
  return groups;
}

const isSimple = ({ deltas }: Part) =>
  deltas.every(({ before, after }) => (after?.record ?? before?.record)?.setIdentifier === undefined);

function needs(one: Part, other: Part): boolean {
  if (isSimple(one) && isSimple(other)) return true;
  if (one.deltas.some(isDrained) && other.deltas.some(isRaised)) return true;
  return one.deltas.some(({ after }) => after && other.deltas.some(delta => isBound(after, delta)));
}

function isBound({ record, object }: DesiredRecord, { before, after }: Delta): boolean {
  if (!before) return false;
  const renamed = after === undefined && before.claim.ownership.resource === resourceOf(object);
  return renamed || conflictOf(record, before.record) !== undefined || otherTtl(record, before.record);
}

const otherTtl = (a: RecordSet, b: RecordSet) => a.type === b.type && sharesTtl(a) && sharesTtl(b) && a.ttl !== b.ttl;

/** The set identifier that all of the differences are about; none where they are about several, or simple record sets. */
export function ofOneSet(deltas: readonly Delta[]): { readonly setIdentifier?: string } {
  const ids = new Set(deltas.map(({ before, after }) => (after?.record ?? before?.record)?.setIdentifier));
  const [id] = ids;
  return ids.size === 1 && id !== undefined ? { setIdentifier: id } : {};
}
