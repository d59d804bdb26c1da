import type { ClusterConfig } from '../config/config.ts';
import { groupBy } from '../group.ts';
import type { Finding, OwnerId } from '../model/index.ts';
import { firstAndCount } from '../shown.ts';

/** Names that a message shows. */
const SHOWN = 3;

/**
 * Where names that are refused belong to another owner, and no ownership record of the zones to that of the cluster, the owner
 * id is most likely not the right one: told once, with what to do, before the refusals themselves.
 *
 * @param owns whether an ownership record of the selected zones names an owner; asked only where something is refused
 */
export function otherOwners(
  findings: readonly Finding[],
  clusters: readonly Pick<ClusterConfig, 'name' | 'owner'>[],
  owns: (owner: OwnerId) => boolean,
): Finding[] {
  const refused = findings.filter(
    ({ reason, owner, object }) => reason === 'not-owned' && owner !== undefined && object,
  );
  const ownerOf = ({ object }: Finding) => clusters.find(({ name }) => name === object?.cluster)?.owner ?? '';
  return [...groupBy(refused, finding => `${ownerOf(finding)} ${finding.owner}`).values()].flatMap(group => {
    const [first] = group as [Finding];
    const own = ownerOf(first);
    if (own === '' || owns(own)) return [];
    const names = [...new Set(group.flatMap(({ name = [] }) => name))].sort();
    const what =
      names.length === 1 ? '1 name that is asked for belongs' : `${names.length} names that are asked for belong`;
    const message = `${what} to the owner "${first.owner}" (${firstAndCount(names, SHOWN)}), and none to "${own}": is \`owner\` right? If what "${first.owner}" has is to be fairlead's, write owner: ${first.owner} (ExternalDNS: txt-owner-id), and stop what else writes under it`;
    return [{ reason: 'warning', message, field: 'owner', owner: first.owner ?? '' }];
  });
}
