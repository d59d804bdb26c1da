import type { ClusterName, DnsName, Ownership, Snapshot, Written } from '../../model/index.ts';
import { resourceOf } from '../../model/index.ts';
import type { Owners } from './owners.ts';

/**
 * Whether the object that an ownership record names gave a name up by changing its own hostnames. Its own text tells: the
 * name stood in it when it was last read, or a run has told so before (`known`), and stands in it no more. So the object has
 * to be there still, and to ask for something. Where nothing is known of an earlier text, it is not so.
 */
export type GaveUp = (ownership: Ownership, name: DnsName, known: boolean) => boolean;

/** @param earlier what is kept of clusters from the run that read them last */
export function givenUpTest(
  snapshots: readonly Snapshot[],
  earlier: readonly Snapshot[] | undefined,
  owners: Owners,
): GaveUp {
  const wroteBefore = textsOf(earlier ?? []);
  const writesNow = textsOf(snapshots);
  return (ownership, name, known) => {
    const [cluster] = owners.clustersOf(ownership);
    const { resource } = ownership;
    if (cluster === undefined || resource === undefined || !owners.alive(ownership)) return false;
    if (owners.asks(ownership, name) || writesNow(cluster, resource, name) !== false) return false;
    return known || wroteBefore(cluster, resource, name) === true;
  };
}

/** Whether an object has a name in its text; undefined: not known. */
type Writes = (cluster: ClusterName, resource: string, name: DnsName) => boolean | undefined;

interface Texts {
  readonly differing: ReadonlyMap<string, Written>;
  readonly asked: ReadonlySet<string>;
}

/** Put in order by cluster when it is first asked, which most runs never do. */
function textsOf(snapshots: readonly Snapshot[]): Writes {
  const indexes = new Map<ClusterName, Texts | undefined>();
  const index = (cluster: ClusterName) => {
    if (!indexes.has(cluster)) indexes.set(cluster, indexOf(snapshots.find(one => one.cluster === cluster)));
    return indexes.get(cluster);
  };
  return (cluster, resource, name) => {
    const texts = index(cluster);
    const own = texts?.differing.get(resource);
    return own ? own.names?.includes(name) : texts?.asked.has(`${resource} ${name}`);
  };
}

function indexOf(snapshot: Snapshot | undefined): Texts | undefined {
  if (!snapshot?.written) return undefined;
  return {
    differing: new Map(snapshot.written.map(one => [one.resource, one])),
    asked: new Set(snapshot.endpoints.map(({ object, name }) => `${resourceOf(object)} ${name}`)),
  };
}
