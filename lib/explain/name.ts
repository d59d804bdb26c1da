import type { DnsName, HistoryLine, ZoneId } from '../model/index.ts';
import { describeObject, recordChanges } from '../model/index.ts';
import { firstAndCount } from '../shown.ts';
import type { Asker, ExplainedZone, Explanation, NextChange, PublicAnswer, Verdict } from './explanation.ts';
import { type Facts, focusAll, knownZones, sourceOf, statesOf } from './facts.ts';
import { adviceOf, leftAloneIn } from './name-advice.ts';
import { nearestIn, nearestOf } from './nearest.ts';
import { askerOf, isAsking, isCovered, objectsOf, withoutUnread } from './outcome.ts';
import { explainZones } from './zones.ts';

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
    advice: adviceOf({ ...explanation, ...(nearest !== undefined && { nearest }) }, facts),
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
  const leftOut = known.asking
    .filter(({ outcome }) => outcome === 'filtered')
    .map(({ object }) => describeObject(object));
  const nobody =
    leftOut.length === 0 ? 'no object asks for it' : `what asks for it is left out (${firstAndCount(leftOut, SHOWN)})`;
  const others = known.zones.flatMap(({ records }) => records.flatMap(({ ownership }) => ownership?.owner ?? []));
  const alone = leftAloneIn(known.zones);
  const TEXTS: Readonly<Record<Verdict, string>> = {
    published: `${name} is published as asked, for ${objects}`,
    partly: `${name} stands in Route 53, but not all that is asked for is published`,
    pending: `${name} is asked for by ${objects}; the next run changes it`,
    refused: `${name} is asked for by ${objects}, and is not published`,
    leaving: `${name} stands in Route 53, and ${nobody}: the next run removes it`,
    kept: `${name} stands in Route 53 though ${nobody}`,
    foreign: `${name} is not fairlead's: ${alone !== undefined ? `it ${alone}` : others.length > 0 ? `the owner "${others[0]}" has it` : 'it carries no ownership record'}, and ${nobody}`,
    unknown: `${name} is ${leftOut.length === 0 ? 'not known' : 'not published'}: ${nobody}, and no hosted zone that is read has it`,
  };
  return TEXTS[verdict];
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
