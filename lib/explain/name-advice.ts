import type { DnsName, Finding, OwnerId } from '../model/index.ts';
import { isUnpublished, objectIn, resourceOf, whyLeftAlone } from '../model/index.ts';
import { describeDeparted } from '../plan/index.ts';
import type { LeftNames } from '../registry/index.ts';
import { firstAndCount } from '../shown.ts';
import { adviceFor } from './advice.ts';
import type { Explanation, Verdict } from './explanation.ts';
import { type Facts, unreached } from './facts.ts';
import { findObjects, namesOf } from './objects.ts';
import { isAsking } from './outcome.ts';

/** That nobody asks for a name is not known where some of what could ask was not read. */
function withGaps(advice: string, verdict: Verdict, { gaps }: Pick<Facts, 'gaps'>): string {
  if (gaps.length === 0 || (verdict !== 'unknown' && verdict !== 'foreign')) return advice;
  return `${advice}${advice.endsWith('?') ? '' : '.'} But not all was read, and what was not may ask for it: fairlead doctor says what mends that`;
}

type Explained = Omit<Explanation, 'summary' | 'advice' | 'source'>;

/** The one thing to do if what became of a name is not what one wants. */
export function adviceOf(explanation: Explained, facts: Facts): string {
  return withGaps(adviceWithoutGaps(explanation, facts), explanation.verdict, facts);
}

function adviceWithoutGaps(explanation: Explained, facts: Facts): string {
  const { verdict, asking, reasons, zones, nearest } = explanation;
  const told = [...asking.flatMap(one => one.reasons), ...reasons];
  const [grave] = told.filter(isUnpublished);
  const [filtered] = told.filter(({ reason }) => reason === 'filtered');
  if (verdict === 'published') return publishedAdvice(explanation);
  if (verdict === 'pending' && !grave) return 'run fairlead sync, or wait for the schedule';
  if (grave?.reason === 'no-zone' && nearest !== undefined)
    return `did you mean ${nearest}? If not: ${adviceFor(grave)}`;
  if (grave?.reason === 'not-owned' && leftAloneIn(zones) !== undefined) return REMOVE_FIRST;
  if (grave) return graveAdvice(grave, explanation, facts);
  if (verdict === 'leaving')
    return 'if it is to stay, let an object ask for it again before the next run; to see what else leaves: fairlead plan';
  if (verdict === 'kept')
    return reasons[0] ? graveAdvice(reasons[0], explanation, facts) : 'fairlead plan says why it is kept';
  if (verdict === 'foreign') return foreignAdvice(explanation);
  if (filtered)
    return nearest === undefined ? adviceFor(filtered) : `did you mean ${nearest}? If not: ${adviceFor(filtered)}`;
  const former = formerAdvice(explanation, facts);
  if (former !== undefined) return former;
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  const where = zones.length === 0 ? `; and create a hosted zone for it, since none of the account contains it` : '';
  return `let an object ask for it (the hostname annotation, or a host of an Ingress or route)${where}; what is wrong with one that should: fairlead why-not KIND/NAMESPACE/NAME`;
}

const REMOVE_FIRST = 'if an object is to have the name, remove the record that stands there first';

/** Why what stands is left alone whatever its ownership record says. */
export const leftAloneIn = (zones: Explained['zones']): string | undefined =>
  zones.flatMap(({ records }) => records.flatMap(({ record }) => whyLeftAlone(record) ?? []))[0];

/** What was of a cluster that left the config wants the cluster back, whatever else may be done about it. */
function graveAdvice(grave: Finding, { name, zones }: Pick<Explained, 'name' | 'zones'>, facts: Facts): string {
  const advice = adviceFor(grave, unreached(facts));
  if (grave.reason === 'not-owned') {
    const left = leftOf(zones, false);
    if (left === undefined || left.owner !== grave.owner) return advice;
    return `${describeDeparted(left, name, false).found}: put it back (owner, or clusters[].owner). Otherwise, ${advice}`;
  }
  const left = grave.reason === 'frozen' && grave.release !== undefined ? leftOf(zones, true) : undefined;
  return left === undefined ? advice : sayDeparted(left, name, true);
}

export const sayDeparted = (left: Omit<LeftNames, 'names'>, name: DnsName, isOurs: boolean) => {
  const { found, advice } = describeDeparted(left, name, isOurs);
  return `${found}: ${advice}`;
};

/** Of which clusters that left the config a name is, by an ownership record whose owner id is ours or is not. */
function leftOf(zones: Explained['zones'], ours: boolean) {
  const all = zones.flatMap(({ records }) => records.flatMap(one => (one.ours === ours && one.ownership) || []));
  const [found] = all.flatMap(({ left: clusters, owner, cluster }) =>
    clusters === undefined ? [] : [{ clusters, owner: owner as OwnerId, labelled: cluster !== undefined }],
  );
  return found;
}

/** Whose the name was when a run removed it, and what that object asks for now: perhaps the name is mistyped there. */
function formerAdvice({ name, last }: Pick<Explained, 'name' | 'last'>, { asked }: Facts): string | undefined {
  const [change] = last;
  const [, cluster, text] = /^(?:(.+): )?([^/ ]+\/[^/ ]+\/[^/ ]+)$/.exec(change?.formerly ?? '') ?? [];
  const object = text === undefined ? undefined : objectIn(text);
  if (change === undefined || object === undefined) return undefined;
  const had = `${text}, which had it${change.action === 'delete' ? ` until ${change.at.slice(0, 16).replace('T', ' ')}` : ''}`;
  const names = findObjects(object, asked, cluster ?? change.cluster).flatMap(one => [...namesOf(one, asked)]);
  const others = [...new Set(names)].filter(other => other !== name);
  if (others.length === 0) return `see what ${had}, asks for: fairlead why-not ${text}`;
  return `see whether that is meant: ${had}, asks for ${firstAndCount(others, SHOWN)} now (fairlead why-not ${text})`;
}

const SHOWN = 3;

/** Somebody else's: of a cluster that left the config with its owner id, of another owner, or nobody's. */
function foreignAdvice({ name, zones }: Pick<Explanation, 'name' | 'zones'>): string {
  const gone = leftOf(zones, false);
  if (gone) return sayDeparted(gone, name, false);
  const [other] = zones.flatMap(({ records }) => records.flatMap(({ ownership }) => ownership ?? []));
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
