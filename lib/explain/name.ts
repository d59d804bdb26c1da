import type { ClusterName, DnsName, HistoryLine, HostedZone, Snapshot, ZoneId } from '../model/index.ts';
import { describeObject, isUnpublished, recordChanges, resourceOf, whyLeftAlone } from '../model/index.ts';
import { adviceOnLeft, type FocusedName, focus, type PlanInput, tellers } from '../plan/index.ts';
import { configuredBy } from '../registry/index.ts';
import { firstAndCount } from '../shown.ts';
import { adviceFor } from './advice.ts';
import type { Asker, ExplainedZone, Explanation, NextChange, PublicAnswer, Source, Verdict } from './explanation.ts';
import { nearestIn, nearestOf } from './nearest.ts';
import { askerOf, isCovered, objectsOf, withoutUnread } from './outcome.ts';
import { explainZones, type KnownZones } from './zones.ts';

/** All that an explanation is made from: what a run of each shard would plan from for each view, and how old that is. */
export interface Facts {
  readonly origin: Source['origin'];
  readonly shards: readonly { readonly input: PlanInput }[];
  readonly asked: readonly Snapshot[];
  /** Every hosted zone of the account. */
  readonly zones: readonly HostedZone[];
  readonly selected: ReadonlySet<ZoneId>;
  /** Epoch milliseconds. */
  readonly readAt: { readonly zones: ReadonlyMap<ZoneId, number>; readonly clusters: ReadonlyMap<ClusterName, number> };
  readonly gaps: readonly string[];
}

const statesOf = ({ shards }: Facts) => shards.flatMap(({ input: { zones } }) => zones);

export const sourceOf = ({ origin, readAt, gaps }: Facts): Source => ({
  origin,
  clusters: Object.fromEntries(readAt.clusters),
  gaps,
});

export const knownZones = (facts: Facts): KnownZones => ({
  all: facts.zones,
  selected: facts.selected,
  states: statesOf(facts),
  readAt: facts.readAt.zones,
  configured: configuredBy(facts.asked),
});

/** What every shard's plan says of some names, in each view. */
export function focusAll({ shards }: Facts, names: ReadonlySet<DnsName>): (name: DnsName) => readonly FocusedName[] {
  const all = shards.map(({ input }) => {
    const focused = focus(input, names);
    const endpoints = input.snapshots.flatMap(one => one.endpoints.filter(({ name }) => names.has(name)));
    const findings = [...focused.values()].flatMap(one => one.findings);
    return { focused, findings, snapshots: [{ endpoints }] };
  });
  const isTold = tellers(all);
  return name =>
    all.flatMap(view => {
      const one = view.focused.get(name);
      return one ? [{ ...one, findings: one.findings.filter(finding => isTold(finding, view)) }] : [];
    });
}

/** What is known of a name besides. */
export interface Besides {
  readonly dns?: PublicAnswer;
  readonly last?: readonly HistoryLine[];
}

/** Explains one hostname. Pure: what the next run would do is what its plan says. */
export function explainName(name: DnsName, facts: Facts, { dns, last = [] }: Besides = {}): Explanation {
  const focused = focusAll(facts, new Set([name]))(name);
  const zones = explainZones(focused, knownZones(facts));
  const asking = objectsOf(focused, facts.asked).map(object => askerOf(object, focused, facts.asked));
  const ofName = focused.flatMap(({ findings }) => findings.filter(({ object }) => object === undefined));
  const isUnread = asking.some(one => one.reasons.some(({ reason, cluster }) => reason === 'frozen' && cluster));
  const reasons = isUnread ? withoutUnread(ofName) : ofName;
  const next = focused.flatMap(({ changes }) =>
    changes.flatMap(({ zone, change }) => recordChanges(change).map((one): NextChange => ({ ...one, zone: zone.id }))),
  );
  const known = { asking, zones, next };
  const verdict = verdictOf(known);
  const isHomeless = !zones.some(({ selected }) => selected);
  const nearest =
    verdict === 'unknown' || isHomeless
      ? (nearestOf(name, namesIn(facts)) ?? (isHomeless ? nearestIn(name, selectedIn(facts)) : undefined))
      : undefined;
  const explanation = { name, verdict, published: verdict === 'published', zones, asking, reasons, next, last };
  return {
    ...explanation,
    summary: summaryOf(name, verdict, known),
    advice: withGaps(adviceOf({ ...explanation, ...(nearest !== undefined && { nearest }) }), verdict, facts),
    ...(nearest !== undefined && { nearest }),
    ...(dns && { dns }),
    source: sourceOf(facts),
  };
}

interface Known {
  readonly asking: readonly Asker[];
  readonly zones: readonly ExplainedZone[];
  readonly next: readonly NextChange[];
}

const standsOurs = ({ zones }: Known) => zones.some(({ records }) => records.some(({ ours }) => ours));

/** Who asks and is not merely filtered or told of. */
const isAsking = ({ wants, outcome }: Asker) =>
  outcome !== 'filtered' && (wants.length > 0 || outcome === 'waiting' || outcome === 'refused');

function verdictOf(known: Known): Verdict {
  const asking = known.asking.filter(isAsking);
  const stands = standsOurs(known);
  if (asking.length === 0) return unasked(known);
  if (known.next.length > 0) return 'pending';
  if (asking.every(isCovered)) return 'published';
  return stands ? 'partly' : 'refused';
}

function unasked(known: Known): Verdict {
  if (known.next.length > 0) return 'leaving';
  if (standsOurs(known)) return 'kept';
  return known.zones.some(({ records }) => records.length > 0) ? 'foreign' : 'unknown';
}

const SHOWN = 3;

function summaryOf(name: DnsName, verdict: Verdict, known: Known): string {
  const covered = known.asking.filter(isCovered);
  const objects = firstAndCount(
    (covered.length > 0 ? covered : known.asking.filter(isAsking)).map(({ object }) => describeObject(object)),
    SHOWN,
  );
  const others = known.zones.flatMap(({ records }) => records.flatMap(({ ownership }) => ownership?.owner ?? []));
  const left = leftAloneIn(known.zones);
  const TEXTS: Readonly<Record<Verdict, string>> = {
    published: `${name} is published as asked, for ${objects}`,
    partly: `${name} stands in Route 53, but not all that is asked for is published`,
    pending: `${name} is asked for by ${objects}; the next run changes it`,
    refused: `${name} is asked for by ${objects}, and is not published`,
    leaving: `${name} stands in Route 53, and no object asks for it: the next run removes it`,
    kept: `${name} stands in Route 53 though no object asks for it`,
    foreign: `${name} is not fairlead's: ${left !== undefined ? `it ${left}` : others.length > 0 ? `the owner "${others[0]}" has it` : 'it carries no ownership record'}, and no object asks for it`,
    unknown: `${name} is not known: no object asks for it, and no hosted zone that is read has it`,
  };
  return TEXTS[verdict];
}

/** That nobody asks for a name is not known where some of what could ask was not read. */
function withGaps(advice: string, verdict: Verdict, { gaps }: Facts): string {
  if (gaps.length === 0 || (verdict !== 'unknown' && verdict !== 'foreign')) return advice;
  return `${advice}${advice.endsWith('?') ? '' : '.'} But not all was read, and what was not may ask for it: fairlead doctor says what mends that`;
}

function adviceOf(explanation: Omit<Explanation, 'summary' | 'advice' | 'source'>): string {
  const { verdict, asking, reasons, zones, nearest } = explanation;
  const told = [...asking.flatMap(one => one.reasons), ...reasons];
  const [grave] = told.filter(isUnpublished);
  const [filtered] = told.filter(({ reason }) => reason === 'filtered');
  if (verdict === 'published') return publishedAdvice(explanation);
  if (verdict === 'pending' && !grave) return 'run fairlead sync, or wait for the schedule';
  if (grave?.reason === 'no-zone' && nearest !== undefined)
    return `did you mean ${nearest}? If not: ${adviceFor(grave)}`;
  if (grave?.reason === 'not-owned' && leftAloneIn(zones) !== undefined) return REMOVE_FIRST;
  if (grave) return adviceFor(grave);
  if (verdict === 'leaving')
    return 'if it is to stay, let an object ask for it again before the next run; to see what else leaves: fairlead plan';
  if (verdict === 'kept') return reasons[0] ? adviceFor(reasons[0]) : 'fairlead plan says why it is kept';
  if (verdict === 'foreign') return foreignAdvice(explanation);
  if (filtered)
    return nearest === undefined ? adviceFor(filtered) : `did you mean ${nearest}? If not: ${adviceFor(filtered)}`;
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  const where = zones.length === 0 ? `; and create a hosted zone for it, since none of the account contains it` : '';
  const [, former] = /(?:^|: )([\w-]+\/[\w.-]+\/[\w.-]+)$/.exec(explanation.last[0]?.formerly ?? '') ?? [];
  if (former !== undefined) return `see what ${former}, which had it, asks for: fairlead why-not ${former}`;
  return `let an object ask for it (the hostname annotation, or a host of an Ingress or route)${where}; what is wrong with one that should: fairlead why-not KIND/NAMESPACE/NAME`;
}

const REMOVE_FIRST = 'if an object is to have the name, remove the record that stands there first';

const leftAloneIn = (zones: readonly ExplainedZone[]) =>
  zones.flatMap(({ records }) => records.flatMap(({ record }) => whyLeftAlone(record) ?? []))[0];

/** Somebody else's: of a cluster that left the config with its owner id, of another owner, or nobody's. */
function foreignAdvice({ name, zones }: Pick<Explanation, 'name' | 'zones'>): string {
  const owned = zones.flatMap(({ records }) => records.flatMap(({ ownership }) => ownership ?? []));
  const gone = owned.find(({ left }) => left !== undefined);
  if (gone) {
    const { left: clusters = [], owner, cluster } = gone;
    const back = adviceOnLeft({ clusters, owner, labelled: cluster !== undefined, names: [name] }, false);
    return `it was of ${clusters.join(' or ')}, whose owner id is not in the config any more: ${back}`;
  }
  const [other] = owned;
  if (other === undefined || leftAloneIn(zones) !== undefined) return REMOVE_FIRST;
  return adviceFor({ reason: 'not-owned', message: '', name, owner: other.owner });
}

/** Published, and yet perhaps not what one wants: the world may not see it. */
function publishedAdvice({ zones, asking }: Pick<Explanation, 'zones' | 'asking'>): string {
  const home = zones.find(({ records }) => records.some(({ ours }) => ours));
  if (home && (home.delegation.state === 'not-delegated' || home.delegation.state === 'elsewhere'))
    return `delegate ${home.name}: write the NS record set of its own name servers into the zone above`;
  const [first] = asking.filter(isAsking);
  return first
    ? `to change it, change ${resourceOf(first.object)} in ${first.object.cluster}`
    : 'nothing is to be done';
}

const selectedIn = ({ zones, selected }: Facts) => zones.filter(({ id }) => selected.has(id)).map(zone => zone.name);

/** Every name that is asked for or stands in a zone that was loaded. */
function* namesIn(facts: Facts): Generator<DnsName> {
  for (const { endpoints } of facts.asked) for (const { name } of endpoints) yield name;
  const seen = new Set<ZoneId>();
  for (const { zone, records } of statesOf(facts)) {
    if (seen.has(zone.id)) continue;
    seen.add(zone.id);
    for (const [name, sets] of records) if (sets.some(({ type }) => type !== 'TXT')) yield name;
  }
}
