import { type Finding, isAddressType, type RecordSet, recordId } from '../../model/index.ts';
import { type Delta, diff } from '../change/diff.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import type { Candidate } from '../desired/candidates.ts';
import { findingsOf } from '../findings.ts';

interface Part {
  readonly deltas: readonly Delta[];
  readonly findings: readonly Finding[];
}

const weightOf = (record: RecordSet | undefined) => record?.routing?.weight ?? 0;

/** Whether a record set is a cluster's share of its name: its set identifier is the cluster's name. */
const isShare = ({ after }: Delta) => after?.record.setIdentifier === after?.object.cluster;

/** Whether a share is drained by a change. */
export const isDrained = (delta: Delta): boolean =>
  isShare(delta) && weightOf(delta.before?.record) > 0 && delta.after?.record.routing?.weight === 0;

/** Whether a record set gets answers only from the change on: a share, or one of an object's own set identifier beside the shares. */
export const isRaised = ({ before, after }: Delta): boolean =>
  weightOf(before?.record) === 0 && weightOf(after?.record) > 0;

/**
 * A weight of 0 drains a cluster's share, but not the last one that gets answers: where all weights are 0, Route 53 answers
 * with each of them alike (Developer Guide, "Weighted routing").
 *
 * | the weights of a name and type, when all is done | a share that was above 0 | one that was not        |
 * |--------------------------------------------------|--------------------------|-------------------------|
 * | one is above 0                                   | as is asked for          | as is asked for         |
 * | all are 0                                        | keeps its weight, told   | as is asked for, told   |
 */
export function withoutDrained<T extends Part>(
  parts: readonly T[],
  current: Current,
  shares: readonly Candidate[],
  { view }: NameContext,
): { readonly parts: readonly T[]; readonly findings: readonly Finding[] } {
  const drained = shares.filter(isDrainedShare);
  if (drained.length === 0) return { parts, findings: [] };
  const dry = dryTypes(current, parts);
  if (dry.size === 0) return { parts, findings: [] };
  const keeps = new Set<string>();
  const kept = parts.map(part => {
    const deltas = part.deltas.flatMap(delta => {
      const { before, after } = delta;
      if (!before || !after || !isDrained(delta) || !dry.has(after.record.type)) return [delta];
      keeps.add(after.object.cluster);
      const routing = before.record.routing ?? {};
      return diff([before], [{ ...after, record: { ...after.record, routing } }]);
    });
    return { ...part, deltas };
  });
  const findings = drained.flatMap(one => {
    const keptWeight = keeps.has(one.cluster) || standingWeight(one, current) > 0;
    const what = keptWeight ? 'keeps its weight' : 'gets answers all the same';
    const message = `${one.name}: the share of ${one.cluster} ${what}, though it is to have 0: no other ${[...dry].sort().join(' or ')} of the name gets answers. Give another cluster a weight first, or remove the object`;
    return findingsOf(one, 'warning', message, view.zone.id);
  });
  return { parts: kept, findings };
}

const isDrainedShare = ({ cluster, endpoints }: Candidate) =>
  endpoints.some(({ setIdentifier, routing }) => setIdentifier === cluster && routing?.weight === 0);

const standingWeight = ({ cluster }: Candidate, { ours }: Current) =>
  Math.max(0, ...ours.map(({ record }) => (record.setIdentifier === cluster ? weightOf(record) : 0)));

/** The address types whose weights will all be 0. */
function dryTypes({ ours, foreign }: Current, parts: readonly Part[]): ReadonlySet<string> {
  const after = new Map([...ours, ...foreign].map(({ record }) => [recordId(record), record]));
  for (const { deltas } of parts) {
    for (const { before } of deltas) if (before) after.delete(recordId(before.record));
    for (const delta of deltas) if (delta.after) after.set(recordId(delta.after.record), delta.after.record);
  }
  const weighted = [...after.values()].filter(one => isAddressType(one.type) && one.routing?.weight !== undefined);
  const types = new Set(weighted.map(({ type }) => type));
  for (const record of weighted) if (weightOf(record) > 0) types.delete(record.type);
  return types;
}
