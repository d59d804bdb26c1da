import type { Finding, RecordSet } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { Current } from '../current/current.ts';
import type { Candidate } from '../desired/candidates.ts';
import { facetOf, facetOfCandidate } from '../desired/facets.ts';
import { findingsOf } from '../findings.ts';
import { Alone } from './alone.ts';
import { fixedRecords, waitingRecords } from './fixed.ts';
import { grantNew } from './grant.ts';
import { type Judged, judgeHolders } from './judge.ts';
import { keepsAll, ownersByRecord, sharing, whyRefused } from './told.ts';
import { sharedTtls, ttlFindings } from './ttl.ts';
import { type Wish, wishOf } from './wish.ts';

/** What may be published of a name whose record sets have set identifiers, so that all of them can stand beside each other. */
export interface Settled {
  readonly candidates: readonly Candidate[];
  /** The name's own: what a refused candidate's object has is kept, and weighted record sets share a TTL. */
  readonly context: NameContext;
  readonly findings: readonly Finding[];
  /** Whether a record set of ours cannot stay beside what is to be published. */
  readonly gives: (record: RecordSet) => boolean;
  /** Record sets without ownership that count as the objects' that ask for them: none is in another one's way. */
  readonly adopted: ReadonlySet<RecordSet>;
}

/**
 * Route 53 takes record sets of one name and type only with one policy, one of each region, failover role and location, and
 * weighted ones only with one TTL. So what an object asks for may be refused because of what another one has:
 *
 * | what asks                                   | beside it                                         | done                              |
 * |---------------------------------------------|---------------------------------------------------|-----------------------------------|
 * | any                                         | what stays as it is: others', not read, waiting   | refused where it conflicts        |
 * | all objects that have record sets there     | each other, and they agree on another policy      | all change, in one batch          |
 * | some of them                                | one that goes on asking for what stands           | refused; what they have stays     |
 * | an object that has none there               | any of these                                      | refused where it conflicts        |
 * | one of another namespace that has none there | what was given no set identifier                 | refused ({@link Alone})           |
 * | an object that has another one there        | what keeps it from being published                | refused; what it has stays        |
 *
 * The TTL of weighted record sets is what stands, as long as one that has it asks for it; it is no reason to refuse.
 */
export function settleRouting(current: Current, candidates: readonly Candidate[], context: NameContext): Settled {
  const isRouted = (one: { readonly setIdentifier?: string }) => one.setIdentifier !== undefined;
  const routed =
    candidates.some(({ endpoints }) => endpoints.some(isRouted)) || current.ours.some(({ record }) => isRouted(record));
  if (!routed) return { candidates, context, findings: [], gives: () => false, adopted: new Set() };
  const wishes = candidates.map(candidate => wishOf(candidate, current, context));
  const { judged, granted } = grant(wishes, fixedRecords(current, wishes, context), current, context);
  const refused = new Map([...judged.refused, ...granted.refused]);
  const owners = ownersByRecord(current, granted.leads, wishes);
  const keeping = new Set(
    wishes
      .filter(wish => judged.refused.has(wish.candidate) && keepsAll(wish, granted.leads))
      .map(({ candidate }) => candidate),
  );
  const ttls = sharedTtls(current, granted.leads, judged.fixed);
  return {
    candidates: candidates.filter(candidate => !refused.has(candidate)),
    context: {
      ...context,
      owners: keepingRefused(context, judged.refused.keys()),
      sharedTtl: type => ttls.get(type),
    },
    findings: [
      ...[...refused].flatMap(([candidate, why]) => {
        const { reason, message } = whyRefused(candidate, why, owners, keeping.has(candidate));
        return findingsOf(candidate, reason, message, context.view.zone.id);
      }),
      ...ttlFindings(granted.leads, ttls, context),
      ...sharing(current.name, granted.leads, context),
    ],
    adopted: new Set(granted.leads.flatMap(({ standing }) => standing.map(({ record }) => record))),
    gives: record => granted.beside.obstacleTo(record) !== undefined,
  };
}

/**
 * Who may have what. A record set that only waits for somebody is no obstacle where one is granted its facet: the new one
 * takes its place in the same batch. So it counts for none first, and again for all where nobody was granted it.
 */
function grant(wishes: readonly Wish[], fixed: readonly RecordSet[], current: Current, context: NameContext) {
  const { merge } = context.settings;
  const ours = new Set(current.ours.map(({ record }) => record));
  const waiting = waitingRecords(wishes, current, context);
  const among = (leads: readonly Wish[]) => {
    const facets = new Set(leads.map(({ candidate }) => facetOfCandidate(candidate)));
    return new Set([...waiting].filter(record => facets.has(facetOf(record))));
  };
  for (let given = among(wishes); ; ) {
    const staying = fixed.filter(record => !given.has(record));
    const judged = judgeHolders(wishes, { staying, own: staying.filter(record => ours.has(record)), merge });
    const granted = grantNew(wishes, judged, { merge, alone: aloneAt(current, judged, context) });
    const taken = among(granted.leads);
    const left = new Set([...given].filter(record => taken.has(record)));
    if (left.size === given.size) return { judged, granted };
    given = left;
  }
}

/** Whoever has the name without set identifiers: by what stays there, and by what those ask for who have it; a new zone has it from above. */
function aloneAt({ name, ours, claims }: Current, { fixed, holders }: Judged, context: NameContext): Alone {
  const alone = new Alone(context.settings.merge);
  const stays = new Set(fixed);
  const isNew = ours.length === 0 && claims.length === 0;
  const staying = isNew ? context.above(name).ours : ours.filter(({ record }) => stays.has(record));
  alone.staying(staying, context);
  for (const wish of holders) alone.wanted(wish);
  return alone;
}

/** What the objects of refused candidates have stays, though nothing that can be published asks for it. */
function keepingRefused({ owners }: NameContext, refused: Iterable<Candidate>): NameContext['owners'] {
  const objects = [...refused].flatMap(candidate => candidate.objects);
  if (objects.length === 0) return owners;
  const message = 'its object asks for a routing that cannot stand beside the others';
  return {
    ...owners,
    keeping: (ownership, name, record) =>
      owners.keeping(ownership, name, record) ??
      (objects.some(object => owners.isOf(ownership, object)) ? { why: 'waiting', message } : undefined),
  };
}
