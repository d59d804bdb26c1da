import type { Credentials } from '../aws/credentials.ts';
import type { Verb } from './faults.ts';
import type { ResourcePath } from './kinds.ts';
import { detailsOf, qualified, StatusError, unauthorized } from './status.ts';
import { checkToken, TokenError } from './token.ts';

export interface Authenticator {
  readonly cluster: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Tokens that are good as they stand, with the user's name. */
  readonly staticTokens: ReadonlyMap<string, string>;
  /** IAM principals that the cluster lets in (a role session by its role); empty: all that are known. */
  readonly principals: ReadonlySet<string>;
}

export const ANONYMOUS = 'system:anonymous';

/** The user's name; whoever brings no bearer token is anonymous. Throws StatusError Unauthorized whose cause tells the reason, which the caller is not told. */
export function authenticate(authorization: string | undefined, authenticator: Authenticator): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) return ANONYMOUS;
  const known = authenticator.staticTokens.get(token);
  if (known !== undefined) return known;
  try {
    const { arn } = checkToken(token, { ...authenticator, now: Date.now() });
    const principal = arn.replace(/^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:$1:iam::$2:role/$3');
    const { principals } = authenticator;
    if (principals.size > 0 && !principals.has(principal)) throw new TokenError(`${principal} is not mapped to a user`);
    return principal;
  } catch (error) {
    if (error instanceof TokenError) throw Object.assign(unauthorized(), { cause: error });
    throw error;
  }
}

/** The 403 of RBAC for a user who may not do this. */
export function forbidden(user: string, verb: Verb, path: ResourcePath): StatusError {
  const { kind, namespace, name } = path;
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `${qualified(kind)}${name === undefined ? '' : ` "${name}"`} is forbidden`;
  const why = `User "${user}" cannot ${verb} resource "${kind.resource}" in API group "${kind.group}" ${scope}`;
  return new StatusError(403, 'Forbidden', `${what}: ${why}`, { details: detailsOf(kind, name) });
}
