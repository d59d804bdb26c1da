import { type AwsFault, awsFaultOf } from '../aws/index.ts';
import { Route53Error } from '../route53/index.ts';

/** What mends a request to AWS that failed. @param right what to do where a right is missing */
export function adviceOn(error: unknown, right: string): string {
  if (error instanceof Route53Error && error.kind === 'missing') return 'mend `zones` in the config: the zone is gone';
  switch (faultOf(error)) {
    case 'credentials':
      return 'renew the credentials, or set AWS_PROFILE; `aws sts get-caller-identity` tries them';
    case 'throttled':
    case 'service':
      return 'this passes: look again in a minute';
    case 'network':
      return 'look at the way to AWS from here: network, proxy, VPC endpoint, AWS_ENDPOINT_URL';
    default:
      return right;
  }
}

/** What keeps a run from its work as it keeps the doctor. */
const BROKEN: ReadonlySet<AwsFault> = new Set(['credentials', 'network', 'service']);

export const isBroken = (error: unknown): boolean => BROKEN.has(faultOf(error));

const faultOf = (error: unknown) => awsFaultOf(error instanceof Route53Error ? (error.cause ?? error) : error);
