import type { Identity } from '../aws/credentials.ts';
import { type AccessRequest, decide } from '../aws/iam.ts';
import { Route53Error } from './errors.ts';
import { parseName } from './names.ts';
import type { Change } from './records.ts';

/** What the caller wants; `id`: the hosted zone, where there is one. */
interface Wish {
  readonly operation: string;
  readonly id: string;
  readonly identity: Identity;
}

/**
 * Throws Route53Error AccessDenied when the caller has a policy that does not allow the call. The changes of a batch are
 * what its condition keys are made of, each with one value a change:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html#amazonroute53-policy-keys
 */
export function authorize({ operation, id, identity }: Wish, changes: readonly Change[] = []): void {
  if (identity.policy === undefined) return;
  const resource = id === '' ? '*' : `arn:aws:route53:::hostedzone/${id}`;
  const request: AccessRequest = { action: `route53:${operation}`, resource, context: contextOf(changes) };
  const decision = decide(identity.policy, request);
  if (decision !== 'allowed') throw accessDenied({ operation, id, identity }, decision === 'explicitly denied');
}

export function accessDenied({ operation, id, identity }: Wish, explicitly = false): Route53Error {
  const action = `route53:${operation}`;
  const on = id ? ` on resource: arn:aws:route53:::hostedzone/${id}` : '';
  const why = explicitly
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`;
  return new Route53Error(
    403,
    'AccessDenied',
    `User: ${identity.arn} is not authorized to perform: ${action}${on} ${why}`,
  );
}

function contextOf(changes: readonly Change[]): AccessRequest['context'] & object {
  const key = (name: string, values: readonly string[]) => [
    [`route53:ChangeResourceRecordSets${name}`, [...new Set(values)]] as const,
  ];
  return Object.fromEntries([
    ...key(
      'NormalizedRecordNames',
      changes.map(({ recordSet }) => normalized(recordSet.name)),
    ),
    ...key(
      'RecordTypes',
      changes.map(({ recordSet }) => recordSet.type),
    ),
    ...key(
      'Actions',
      changes.map(({ action }) => action),
    ),
  ]);
}

/** Lower case, no final dot, octal escapes; what is no name is refused later on, in its own words. */
function normalized(name: string): string {
  try {
    return parseName(name).replace(/\.$/, '');
  } catch {
    return name.toLowerCase();
  }
}
