import { parseArn } from '../../lib/aws/arn.ts';

/** Which roles may speak for which clusters. */
export type Callers = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads `ROLE=CLUSTER,ROLE=CLUSTER,…`; ROLE: the ARN of an IAM role. Undefined for a text that is something else.
 */
export function parseCallers(text: string): Callers | undefined {
  const callers = new Map<string, Set<string>>();
  for (const pair of text.split(/[\s,]+/).filter(one => one !== '')) {
    const [, role = '', cluster = ''] =
      /^(arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+)=([0-9A-Za-z][\w.-]{0,99})$/.exec(pair) ?? [];
    if (cluster === '') return undefined;
    const key = keyOf(role);
    callers.set(key, (callers.get(key) ?? new Set()).add(cluster));
  }
  return callers;
}

/** Whether the session of a role (`arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`) may speak for a cluster. */
export function maySpeakFor(callers: Callers, principal: string | undefined, cluster: string): boolean {
  return principal !== undefined && callers.get(keyOf(principal))?.has(cluster) === true;
}

/** Account and name of a role or of its session, in whose ARN the path is left out; another principal has none. */
function keyOf(arn: string): string {
  const { account = '', resource = '' } = parseArn(arn) ?? {};
  const [kind, ...names] = resource.split('/');
  const name = kind === 'assumed-role' ? names[0] : kind === 'role' ? names.at(-1) : undefined;
  return name === undefined ? '' : `${account} ${name}`;
}
