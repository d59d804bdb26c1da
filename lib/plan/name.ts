import type { DnsName, Finding, NameChange, OwnerId, Reason } from '../model/index.ts';
import { describeObject, resourceOf, sameRecord } from '../model/index.ts';
import { ownershipIn } from '../registry/index.ts';
import type { Authority } from './authority.ts';
import { type Candidate, compareCandidates } from './candidates.ts';
import { composeChange, ownershipNamesOf } from './compose.ts';
import { type Delta, diff, POLICIES } from './diff.ts';
import type { PlanSettings } from './settings.ts';
import { recordsAt, type Site, type ZoneView } from './site.ts';
import { type TypesAt, type WantedRecord, wantedRecords } from './wanted.ts';

/** The plan of one name in one zone: at most one change, and what was not done. */
export interface NamePlan {
  readonly change?: NameChange;
  readonly findings: readonly Finding[];
}

export interface NameContext {
  readonly view: ZoneView;
  readonly settings: PlanSettings;
  readonly authority: Authority;
  readonly typesAt: TypesAt;
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

/** Of the same owner, what wants only types of the name that are still free: a Service's A beside an Ingress's AAAA. */
function joining(winner: Offer, offers: readonly Offer[]): Offer[] {
  const taken = new Set(winner.records.map(({ record }) => record.type));
  return [...offers]
    .sort((a, b) => compareCandidates(a.candidate, b.candidate))
    .filter(({ candidate, records }) => {
      const free = records.every(({ record: { type } }) => !taken.has(type) && type !== 'CNAME') && !taken.has('CNAME');
      if (records.length === 0 || !free || candidate.owner !== winner.candidate.owner) return false;
      for (const { record } of records) taken.add(record.type);
      return true;
    });
}

function joined(offers: readonly Offer[]): Offer {
  const [first] = offers as [Offer];
  if (offers.length === 1) return first;
  return {
    candidate: {
      ...first.candidate,
      objects: offers.flatMap(({ candidate }) => candidate.objects),
      standIn: offers.some(({ candidate }) => candidate.standIn),
    },
    records: offers.flatMap(({ records }) => records),
  };
}

/** A candidate with the record sets that it would have in this zone. */
interface Offer {
  readonly candidate: Candidate;
  readonly records: readonly WantedRecord[];
}

/**
 * The present owner keeps the name: the candidate whose object the ownership record names. For a free name, or when
 * that object no longer asks for it, the best by {@link compareCandidates}.
 */
function chooseWinner(site: Site, offers: readonly Offer[]): Offer | undefined {
  const sorted = offers.length > 1 ? [...offers].sort((a, b) => compareCandidates(a.candidate, b.candidate)) : offers;
  const present = sorted.find(({ candidate }) =>
    site.ours.some(({ claim: { ownership } }) => holds(candidate, ownership)),
  );
  return present ?? sorted[0];
}

function holds(candidate: Candidate, ownership: { owner: OwnerId; resource?: string }): boolean {
  return (
    candidate.owner === ownership.owner && candidate.objects.some(object => resourceOf(object) === ownership.resource)
  );
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
  const plan = decide(site, deltas, winner, context);
  return { ...plan, findings: [...findings, ...plan.findings] };
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

interface Block {
  readonly reason: Reason;
  readonly message: string;
  /** The record type that cannot be written. */
  readonly type?: string;
  /** Nothing may be created at the name; what is ours there may still be updated. */
  readonly whole?: boolean;
}

/** What stands in the way of the wanted records, without asking Route 53. */
function whatBlocks(site: Site, wanted: readonly WantedRecord[], context: NameContext): Block[] {
  const blocks: Block[] = site.foreign.map(({ record, claim }) => ({
    reason: 'not-owned',
    whole: true,
    message: `${site.name} ${record.type} exists and ${claim ? `belongs to the owner "${claim.ownership.owner}"` : 'carries no ownership record'}: fairlead leaves it alone`,
    ...(wanted.some(want => want.record.type === record.type) && { type: record.type }),
  }));
  if (wanted.some(want => want.record.type === 'CNAME') && site.otherTypes.length > 0) {
    blocks.push({
      reason: 'conflict',
      type: 'CNAME',
      whole: true,
      message: `${site.name} also has ${[...new Set(site.otherTypes)].sort().join(', ')} records, and DNS allows nothing beside a CNAME`,
    });
  }
  const deltas = wanted.map(after => ({ after }));
  for (const [i, txtName] of ownershipNamesOf(deltas, context.view.zone, context.settings).entries()) {
    const message = ownershipNameTaken(txtName, context);
    if (message) blocks.push({ reason: 'conflict', message, ...(wanted[i] && { type: wanted[i].record.type }) });
  }
  return blocks;
}

/** Why the name of an ownership record cannot be used, if it cannot. */
function ownershipNameTaken(txtName: DnsName, { view, authority }: NameContext): string | undefined {
  const label = txtName.split('.').find(part => part.length > 63);
  if (label)
    return `the name of its ownership record, ${txtName}, has a label of more than 63 characters: shorten the hostname's first label, or set registry.prefix to one that ends with a dot`;
  if (txtName.length > 253) return `the name of its ownership record, ${txtName}, has more than 253 characters`;
  for (const record of recordsAt(txtName, view)) {
    if (record.type === 'CNAME') return `the name of its ownership record, ${txtName}, is a CNAME`;
    if (record.type !== 'TXT') continue;
    const ownership = ownershipIn(record);
    if (!ownership)
      return `the name of its ownership record, ${txtName}, has a TXT record that is not an ownership record`;
    if (!authority.ours(ownership.owner))
      return `it is reserved by the ownership record ${txtName} of the owner "${ownership.owner}"`;
  }
  return undefined;
}

/** Candidates that want something else than the winner does. Those that agree with it are served. */
function losing(winners: readonly Offer[], offers: readonly Offer[], { zone }: ZoneView): Finding[] {
  if (offers.length === winners.length) return [];
  const asks = ({ candidate }: Offer) =>
    JSON.stringify(candidate.endpoints.map(({ type, targets, ttl, alias }) => [type, targets, ttl, alias]));
  const served = winners.map(asks);
  const by = joined(winners).candidate.objects.map(describeObject).join(', ');
  return offers
    .filter(offer => !winners.includes(offer) && !served.includes(asks(offer)))
    .flatMap(({ candidate: { name, objects } }) => {
      const message = `${name} is published for ${by}, which also asks for it`;
      return objects.map(object => ({ reason: 'conflict' as const, message, object, name, zone: zone.id }));
    });
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
