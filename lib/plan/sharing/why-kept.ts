import type { DnsName } from '../../model/index.ts';
import type { NameContext } from '../context.ts';
import type { StandingShare } from '../current/shares.ts';
import type { Keeping } from '../owners/keeping.ts';

/** Why parts of a name stay though their objects do not ask for it, each reason once; the cluster and the command of the first. */
export function whyKept(
  kept: readonly StandingShare[],
  { owners }: Pick<NameContext, 'owners'>,
  name: DnsName,
): { readonly why: string } & Pick<Keeping, 'cluster' | 'release'> {
  const all = kept.flatMap(({ claim, owned }) => {
    const keeping = owners.keeping(claim.ownership, name, owned.record);
    return keeping ? [{ cluster: owners.partyOf(claim.ownership).cluster, ...keeping }] : [];
  });
  const [first] = all;
  return {
    why: [...new Set(all.map(({ message }) => message))].join('; '),
    ...(first?.cluster !== undefined && { cluster: first.cluster }),
    ...(first?.release !== undefined && { release: first.release }),
  };
}
