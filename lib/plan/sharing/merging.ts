import {
  type ClusterName,
  canonicalValue,
  type Endpoint,
  type Finding,
  type ManagedType,
  type ObjectRef,
  type Ownership,
  resourceOf,
  type ZoneId,
} from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import { objectOf, type StandingShare } from '../current/shares.ts';
import { type Candidate, compareCandidates, type Part } from '../desired/candidates.ts';
import { MAX_VALUES } from '../desired/desired.ts';
import { findingsOf, listObjects } from '../findings.ts';
import type { PlanSettings } from '../settings.ts';
import type { Shared } from './shared.ts';

/** Those who ask, and what stands. */
interface Merging {
  /** Of objects that do not ask for the name, and keep what they have. */
  readonly kept: readonly StandingShare[];
  /** Of objects that have given the name up. */
  readonly gone: readonly StandingShare[];
  readonly asking: readonly Candidate[];
  readonly addresses: readonly Candidate[];
  readonly sharing: readonly Candidate[];
  readonly standing: readonly StandingShare[];
  readonly holds: (one: Candidate) => boolean;
  /** What stands is not to be had otherwise now. */
  readonly isBound: boolean;
}

/** Only addresses can stand in one record set, and a health check is of one object's. */
export const isMergeable = ({ endpoints }: Candidate) =>
  endpoints.every(({ type, healthCheckId, zoneId }) => type !== 'CNAME' && !healthCheckId && !zoneId);

/**
 * `merge`: one candidate of all. Of a cluster one joins, which has a part or is the best. What is kept stays as the
 * ownership record says, that of an object which can be put together no more, too, as long as another one is kept, or it can have nothing else.
 */
export function merge(
  { asking, addresses, sharing, standing, kept, gone, holds, isBound }: Merging,
  context: NameContext,
): Shared {
  const { owners, settings, view } = context;
  const isOf = (one: Candidate, { claim }: StandingShare) =>
    one.objects.some(object => owners.isOf(claim.ownership, object));
  const unfit = sharing.filter(one => !isMergeable(one));
  const stuck = kept.length > 0 || isBound ? standing.filter(share => unfit.some(one => isOf(one, share))) : [];
  const staying = [...kept, ...stuck];
  const taken = new Set<ClusterName>(staying.map(({ claim }) => claim.ownership.cluster ?? ''));
  const order = sharing
    .filter(isMergeable)
    .sort((a, b) => Number(holds(b)) - Number(holds(a)) || a.rank - b.rank || compareCandidates(a, b));
  const joined: Candidate[] = [];
  const full: Candidate[] = [];
  const keptNow = keptParts(staying);
  const room = roomBeside(keptNow);
  for (const one of order) {
    if (taken.has(one.cluster)) continue;
    if (!room(one)) full.push(one);
    else {
      taken.add(one.cluster);
      joined.push(one);
    }
  }
  const parts = [...keptNow, ...joined.map(one => partOf(one, standing, context))];
  // One cluster alone says which addresses are its, too: so another one may join where it is not read.
  const isShared = joined.length > 0 || stuck.length > 0 || (kept.length > 0 && gone.length > 0);
  if (!isShared) return { candidates: asking, findings: saidOfUnfit(sharing, [], view.zone.id), absent: new Set() };
  const whole = together(parts, joined, settings);
  // Whoever could be put together, and is not, has no part; as long as the name is shared, it is had by those who share it.
  const outside = addresses.filter(
    one => !joined.includes(one) && !unfit.includes(one) && !full.includes(one) && !holds(one),
  );
  const left = new Set([...joined, ...unfit, ...full, ...outside]);
  const message = `${whole.name} has as many addresses as one record set takes, those of ${listObjects(whole.objects)}: not put together (sharing: merge)`;
  return {
    candidates: [...asking.filter(one => !left.has(one)), whole],
    findings: [
      ...saidOfUnfit(sharing, whole.objects, view.zone.id),
      ...full.flatMap(one => findingsOf(one, 'conflict', message, view.zone.id)),
      ...toldOutside(outside, `has the addresses of ${listObjects(whole.objects)}`, view.zone.id),
    ],
    absent: new Set(keptNow.map(({ object }) => object)),
  };
}

export function saidOfUnfit(sharing: readonly Candidate[], others: readonly ObjectRef[], zone: ZoneId): Finding[] {
  if (others.length === 0 && new Set(sharing.map(({ cluster }) => cluster)).size < 2) return [];
  const what = 'only addresses without health check can be put together (sharing: merge), no aliases and CNAMEs';
  return sharing
    .filter(one => !isMergeable(one))
    .flatMap(one => {
      const message =
        others.length > 0
          ? `${one.name} is published for ${listObjects(others)}: ${what}`
          : `${one.name} is not shared: ${what}; the first to have it keeps it`;
      return findingsOf(one, others.length > 0 ? 'conflict' : 'warning', message, zone);
    });
}

/** Whether a candidate's addresses find room in the record sets, beside those that are there; then they are. */
function roomBeside(parts: readonly Part[]): (one: Candidate) => boolean {
  const values = new Map<string, Set<string>>();
  const withThose = (endpoints: readonly Endpoint[]) =>
    endpoints.map(({ type, targets }) => {
      const all = new Set(values.get(type));
      for (const target of targets) all.add(canonicalValue(type, target));
      return [type, all] as const;
    });
  for (const part of parts) for (const [type, all] of withThose(part.endpoints)) values.set(type, all);
  return ({ endpoints }) => {
    const after = new Map<string, Set<string>>();
    for (const endpoint of endpoints) {
      for (const [type, all] of withThose([endpoint])) {
        after.set(type, new Set([...all, ...(after.get(type) ?? [])]));
      }
    }
    // An ownership record has its cluster's addresses in its text.
    const text = Math.max(0, ...endpoints.map(({ targets }) => targets.join(';').length));
    if (text > MOST_TEXT || [...after.values()].some(({ size }) => size > MAX_VALUES)) return false;
    for (const [type, all] of after) values.set(type, all);
    return true;
  };
}

/** Of a value of a TXT record 4,000 characters are allowed (Route 53 Developer Guide, "Quotas"). */
const MOST_TEXT = 2000;

/** What stays, as the ownership records of each type say. */
function keptParts(kept: readonly StandingShare[]): Part[] {
  const parts = new Map<
    string,
    { readonly owner: string; readonly object: ObjectRef; readonly endpoints: Endpoint[] }
  >();
  for (const { claim, owned } of kept) {
    const { ownership } = claim;
    const key = keyOf(ownership);
    const part = parts.get(key) ?? { owner: ownership.owner, object: objectOf(ownership), endpoints: [] };
    parts.set(key, part);
    const { name, type, ttl } = owned.record;
    const targets = [...(ownership.share ?? [])].sort();
    const { object } = part;
    const endpoint = { name, type: type as ManagedType, targets, alias: 'never' as const, object };
    part.endpoints.push({ ...endpoint, ...(ttl !== undefined && { ttl }) });
  }
  return [...parts.values()];
}

const keyOf = ({ owner, cluster, resource }: Ownership) => `${owner} ${cluster} ${resource}`;

/** The object that has the part already is the one that its ownership record goes on naming. */
function partOf(
  { owner, objects, endpoints }: Candidate,
  standing: readonly StandingShare[],
  context: NameContext,
): Part {
  const isNamed = (object: ObjectRef) => standing.some(({ claim }) => context.owners.isOf(claim.ownership, object));
  return { owner, object: objects.find(isNamed) ?? (objects[0] as ObjectRef), endpoints };
}

/** One TTL for all: the shortest that is asked for. So it is the same whoever came first, and whoever could not be read. */
function together(parts: readonly Part[], joined: readonly Candidate[], settings: PlanSettings): Candidate {
  const all = parts.flatMap(part => part.endpoints);
  const ttlOf = (type: string) => Math.min(...all.flatMap(one => (one.type === type ? (one.ttl ?? settings.ttl) : [])));
  const [first] = parts as [Part];
  const [{ owner, cluster, rank } = { owner: first.owner, cluster: first.object.cluster, rank: 0 }] = joined;
  const objects = [...joined.flatMap(one => one.objects), ...parts.map(({ object }) => object)];
  return {
    name: first.endpoints[0]?.name ?? '',
    owner,
    cluster,
    rank,
    objects: [...new Set(objects)],
    endpoints: all.map(one => ({ ...one, ttl: ttlOf(one.type) })),
    targets: [...new Set(all.flatMap(one => one.targets))].sort(),
    parts: [...parts].sort((a, b) => (keyOfPart(a) < keyOfPart(b) ? -1 : 1)),
  };
}

const keyOfPart = ({ object, owner }: Part) => `${object.cluster} ${owner} ${resourceOf(object)}`;

/** Who has no part in a name that others share. */
export function toldOutside(outside: readonly Candidate[], what: string, zone: ZoneId): Finding[] {
  const why = 'those share it that are of one namespace (see records.merge), one of each cluster, and ask for it alike';
  return outside.flatMap(one => findingsOf(one, 'conflict', `${one.name} ${what}: ${why}`, zone));
}
