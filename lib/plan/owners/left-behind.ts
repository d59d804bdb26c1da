import type { ClusterName, DnsName } from '../../model/index.ts';
import type { LeftNames } from '../../registry/index.ts';
import { firstAndCount } from '../../shown.ts';

/** What a name in an ownership record may be made of to stand in a command: it is somebody's text. */
const PLAIN = /^[\w.-]+$/;

export const isPlain = (text: string): boolean => PLAIN.test(text);

/** The command with which a person lets what some clusters have go; undefined where their names could be more than names. */
export function forceFor(clusters: readonly ClusterName[]): string | undefined {
  return clusters.every(isPlain)
    ? `fairlead sync --force${clusters.map(cluster => ` --cluster ${cluster}`).join('')}`
    : undefined;
}

/** Names that are shown. */
const SHOWN = 3;

/** What clusters that left the config have left behind, as a person is told of it, and what to do. */
export function describeLeft(left: LeftNames, isOurs: boolean): { readonly found: string; readonly advice: string } {
  const { names, owner } = left;
  const many = names.length === 1 ? '1 name has' : `${names.length} names have`;
  const why = isOurs ? 'it is not in the config' : `its owner id "${owner}" is not in the config any more`;
  return {
    found: `${why}, and ${many} records of it, which stay as they are: ${firstAndCount(names, SHOWN)}`,
    advice: adviceOnLeft({ ...left, names: [] }, isOurs),
  };
}

/** The same of one name of it. */
export function describeDeparted(
  left: Omit<LeftNames, 'names'>,
  name: DnsName,
  isOurs: boolean,
): { readonly found: string; readonly advice: string } {
  const { clusters, owner } = left;
  const whose = clusters.every(isPlain) ? clusters.join(' or ') : 'a cluster';
  return {
    found: `it was of ${whose}, ${isOurs ? 'which is not in the config' : `whose owner id "${owner}" is not in the config any more`}`,
    advice: adviceOnLeft({ ...left, names: isOurs ? [] : [name] }, isOurs),
  };
}

/** What to do about it, or about these names of it. @param isOurs whether the config has its owner id */
export function adviceOnLeft({ clusters, owner, labelled, names }: LeftNames, isOurs: boolean): string {
  if (!isOurs) {
    const back = 'put it back with its owner id (owner, or clusters[].owner)';
    if (!isPlain(owner)) return back;
    const which = names.map(name => ` --names "${name}"`).join('');
    return `${back}; or, to have removed what it left: fairlead transfer --from ${owner}${which} --unasked, then a run`;
  }
  const force = forceFor(clusters);
  const [cluster, ...others] = clusters as [ClusterName];
  return [
    'put it back',
    ...(force === undefined ? [] : [`or, to have removed or handed over what it left: ${force}`]),
    ...(labelled && others.length === 0 && isPlain(cluster)
      ? [`or, to leave the records as nobody's: fairlead release --cluster ${cluster}`]
      : []),
  ].join('; ');
}
