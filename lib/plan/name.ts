import type { DnsName, Finding, NameChange, OwnerId, Reason } from '../model/index.ts';
import { sameRecord } from '../model/index.ts';
import { whatBlocks } from './blocks.ts';
import type { Candidate } from './candidates.ts';
import { composeChange } from './compose.ts';
import type { NameContext } from './context.ts';
import { type Delta, diff, POLICIES } from './diff.ts';
import { chooseWinner, holds, joined, joining, losing, type Offer } from './offers.ts';
import type { Site, ZoneView } from './site.ts';
import { type WantedRecord, wantedRecords } from './wanted.ts';

/** The plan of one name in one zone: at most one change, and what was not done. */
export interface NamePlan {
  readonly change?: NameChange;
  readonly findings: readonly Finding[];
}

const NONE: NamePlan = { findings: [] };

/** Plans one name: who has it, what should stand there, what may be done about it. Pure. */
export function planName(site: Site, candidates: readonly Candidate[], context: NameContext): NamePlan {
  if (candidates.length === 0) return planUnwanted(site, context);
  const { view, settings, typesAt } = context;
  const offers: Offer[] = [];
  const findings: Finding[] = [];
  for (const candidate of candidates) {
    const records = wantedRecords(candidate, view.zone, settings, typesAt);
    if ('message' in records) findings.push(...report(records.reason, candidate, records.message, view));
    else offers.push({ candidate, records });
  }
  const first = chooseWinner(site, offers);
  if (!first) return { findings };
  const winners = [first, ...joining(first, offers)];
  const plan = planWanted(site, joined(winners), context);
  return { ...plan, findings: [...findings, ...losing(winners, offers, view), ...plan.findings] };
}

function planWanted(asRead: Site, { candidate: winner, records: found }: Offer, context: NameContext): NamePlan {
  const { view } = context;
  const adopted = adoptable(asRead, found, winner);
  const site = withAdopted(asRead, adopted);
  const { foreign, ours } = site;
  if (foreign.length === 0 && adopted.length === 0 && diff(ours, found, winner.owner).length === 0) return NONE;
  const blocks = whatBlocks(site, found, context);
  const findings = blocks.flatMap(block => report(block.reason, winner, block.message, view, block.type));
  const writable = (type: string) =>
    !blocks.some(
      block => block.type === type || (block.whole && !site.ours.some(({ record }) => record.type === type)),
    );
  const closed = blocks.some(block => block.whole);
  const wanted = found.filter(({ record }) => writable(record.type));
  const standing = site.ours.filter(({ record }) =>
    closed ? wanted.some(want => want.record.type === record.type) : writable(record.type),
  );
  const deltas = [...diff(standing, wanted, winner.owner), ...adoptions(adopted, wanted)];
  const blocked = wanted.length === 0 && site.ours.length === 0 && !winner.standIn;
  const plan = blocked ? withoutLeftovers(site, context) : decide(site, deltas, winner, context);
  return { ...plan, findings: [...findings, ...plan.findings] };
}

/** Where nothing of ours stands and nothing can be published, ownership records of ours go: somebody removed their records. */
function withoutLeftovers(site: Site, { view, settings, authority }: NameContext): NamePlan {
  const [first] = site.claims;
  const frozen = site.claims.some(({ ownership: { owner, resource } }) => authority.frozen(owner, site.name, resource));
  if (first === undefined || frozen || settings.policy !== 'sync') return NONE;
  return { change: composeChange(site, [], first.ownership.owner, [], view.zone, settings), findings: [] };
}

type Ours = Site['ours'][number];

/**
 * Records without ownership that are exactly what the object wants, at a name for which an ownership record of ours (of
 * another type) names that object: ExternalDNS up to 0.21 lost ownership when a record changed its type. They get it back.
 */
function adoptable(site: Site, wanted: readonly WantedRecord[], winner: Candidate): Ours[] {
  const claim = site.claims.find(({ ownership }) => holds(winner, ownership));
  if (!claim) return [];
  return site.foreign
    .filter(standing => !standing.claim && wanted.some(want => sameRecord(want.record, standing.record)))
    .map(({ record }) => ({ record, claim }));
}

function withAdopted(site: Site, adopted: readonly Ours[]): Site {
  if (adopted.length === 0) return site;
  const foreign = site.foreign.filter(({ record }) => !adopted.some(one => one.record === record));
  return { ...site, ours: [...site.ours, ...adopted], foreign };
}

/** The record stays as it is, but is written together with its ownership. */
function adoptions(adopted: readonly Ours[], wanted: readonly WantedRecord[]): Delta[] {
  return adopted.flatMap(before => {
    const after = wanted.find(want => sameRecord(want.record, before.record));
    return after ? [{ before, after }] : [];
  });
}

/** Applies the freeze and the policy to the differences of a wanted name. */
function decide(site: Site, deltas: readonly Delta[], winner: Candidate, context: NameContext): NamePlan {
  const { view, settings, authority } = context;
  if (deltas.length === 0) return NONE;
  const frozen = deltas
    .map(
      ({ before }) =>
        before?.claim && authority.frozen(before.claim.ownership.owner, site.name, before.claim.ownership.resource),
    )
    .find(Boolean);
  if (frozen) return { findings: report('frozen', winner, `${site.name} is left as it is: ${frozen}`, view) };
  if (winner.standIn) return NONE;
  const allowed = POLICIES[settings.policy](deltas);
  const findings = deltas
    .filter(delta => !allowed.includes(delta))
    .flatMap(delta =>
      report(
        'policy',
        winner,
        `${describeDelta(site.name, delta)} is not done: the policy is ${settings.policy}`,
        view,
        typeOf(delta),
      ),
    );
  if (allowed.length === 0) return { findings };
  return { change: composeChange(site, allowed, winner.owner, winner.objects, view.zone, settings), findings };
}

const typeOf = (delta: Delta) => (delta.after ?? delta.before)?.record.type;

function describeDelta(name: DnsName, delta: Delta): string {
  const what = delta.after ? (delta.before ? 'the update' : 'the creation') : 'the removal';
  return `${what} of ${name} ${typeOf(delta)}`;
}

function report(reason: Reason, winner: Candidate, message: string, view: ZoneView, type?: string): Finding[] {
  return winner.objects.map(object => ({
    reason,
    message,
    object,
    name: winner.name,
    zone: view.zone.id,
    ...(type !== undefined && { type }),
  }));
}

/** A name that no object asks for: what is ours goes, unless something speaks against it. */
function planUnwanted(site: Site, { view, settings, authority }: NameContext): NamePlan {
  if (site.claims.length === 0 && site.ours.length === 0) return NONE;
  const ownerships = [...site.ours.map(({ claim }) => claim), ...site.claims].map(claim => claim.ownership);
  // A hold keeps records, not what somebody else's deletion of a record left of it.
  const held = ownerships.some(({ owner, resource }) => authority.held(owner, site.name, resource));
  if (held && site.ours.length > 0) return NONE;
  const say = (reason: Reason, why: string): NamePlan => ({
    findings: [
      {
        reason,
        message: `${site.name} is kept though no object asks for it: ${why}`,
        name: site.name,
        zone: view.zone.id,
      },
    ],
  });
  const frozen = ownerships.map(({ owner, resource }) => authority.frozen(owner, site.name, resource)).find(Boolean);
  if (frozen) return say('frozen', frozen);
  const deltas = site.ours.map(before => ({ before }));
  const allowed = POLICIES[settings.policy](deltas);
  if (settings.policy !== 'sync')
    return deltas.length > allowed.length ? say('policy', `the policy is ${settings.policy}`) : NONE;
  const owner = (ownerships[0] as { owner: OwnerId }).owner;
  return { change: composeChange(site, allowed, owner, [], view.zone, settings), findings: [] };
}
