import type { DnsName, HostedZone, NameChange, ObjectRef, OwnerId, RecordSet } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';
import { type Claim, decidingClaim, formatOwnership, ownershipIn, ownershipName } from '../registry/index.ts';
import type { Delta } from './diff.ts';
import type { PlanSettings } from './settings.ts';
import type { Site } from './site.ts';

/** TTL of ownership records in seconds, as ExternalDNS writes them. */
const OWNERSHIP_TTL = 300;

const idOf = (record: RecordSet) => `${record.name} ${record.type} ${record.setIdentifier ?? ''}`;

/**
 * Makes the change of one name whole: the record sets of `deltas` and every ownership record that they need or leave
 * behind, so that neither a record without ownership nor an ownership record without record remains.
 *
 * - A record set written anew gets an ownership record in the current format, deleted and created again even where it
 *   stays the same: the batch then fails if somebody else has taken the ownership meanwhile.
 * - An ownership record of ours that no remaining record set needs goes, whatever its format.
 * - Ownership records of record sets that stay as they are stay as they are.
 */
export function composeChange(
  site: Site,
  deltas: readonly Delta[],
  owner: OwnerId,
  objects: readonly ObjectRef[],
  zone: HostedZone,
  settings: PlanSettings,
): NameChange {
  const replaced = new Set(deltas.map(delta => delta.before));
  const staying = site.ours.filter(standing => !replaced.has(standing)).map(standing => standing.record);
  const fresh = freshOwnership(deltas, owner, zone, settings);
  const leaving = site.claims.filter(
    claim => !staying.some(record => decidingClaim(record, site.claims) === claim) || fresh.has(idOf(claim.txt)),
  );
  const deletes = [
    ...deltas.flatMap(delta => (delta.before ? [delta.before.record] : [])),
    ...unique(leaving.map(claim => claim.txt)),
  ];
  const creates = [
    ...deltas.flatMap(delta => (delta.after ? [delta.after.record] : [])),
    ...keepStrangers(leaving, fresh),
    ...fresh.values(),
  ];
  const formerly =
    site.ours.find(standing => replaced.has(standing))?.claim.ownership.resource ?? leaving[0]?.ownership.resource;
  return {
    name: site.name,
    action: deltas.every(delta => !delta.after) ? 'delete' : deltas.every(delta => !delta.before) ? 'create' : 'update',
    deletes: deletes.sort(byId),
    creates: creates.sort(byId),
    owner,
    objects,
    ...(formerly !== undefined && { formerly }),
  };
}

function freshOwnership(
  deltas: readonly Delta[],
  owner: OwnerId,
  zone: HostedZone,
  settings: PlanSettings,
): Map<string, RecordSet> {
  const fresh = new Map<string, RecordSet>();
  for (const { after } of deltas) {
    if (!after) continue;
    const { record } = after;
    const txt: RecordSet = {
      name: ownershipName(record.name, record.type, zone.name, settings.naming),
      type: 'TXT',
      ...(record.setIdentifier !== undefined && { setIdentifier: record.setIdentifier }),
      ...(record.routing && { routing: record.routing }),
      ttl: OWNERSHIP_TTL,
      values: [formatOwnership({ owner, resource: resourceOf(after.object) })],
    };
    fresh.set(idOf(txt), txt);
  }
  return fresh;
}

/** Other values that share an ownership record's TXT are somebody's: they are written back with it. */
function keepStrangers(leaving: readonly Claim[], fresh: Map<string, RecordSet>): RecordSet[] {
  const kept: RecordSet[] = [];
  for (const txt of unique(leaving.map(claim => claim.txt))) {
    const strangers = (txt.values ?? []).filter(value => ownershipIn({ ...txt, values: [value] }) === undefined);
    if (strangers.length === 0) continue;
    const successor = fresh.get(idOf(txt));
    if (successor)
      fresh.set(idOf(txt), {
        ...successor,
        ttl: txt.ttl ?? OWNERSHIP_TTL,
        values: [...(successor.values ?? []), ...strangers],
      });
    else kept.push({ ...txt, values: strangers });
  }
  return kept;
}

const unique = (records: readonly RecordSet[]) => [...new Map(records.map(record => [idOf(record), record])).values()];

const byId = (a: RecordSet, b: RecordSet) => (idOf(a) < idOf(b) ? -1 : 1);

/** The names of the ownership records that a change would create, to check beforehand whether they are free. */
export function ownershipNamesOf(deltas: readonly Delta[], zone: HostedZone, settings: PlanSettings): DnsName[] {
  return deltas.flatMap(({ after }) =>
    after ? [ownershipName(after.record.name, after.record.type, zone.name, settings.naming)] : [],
  );
}
