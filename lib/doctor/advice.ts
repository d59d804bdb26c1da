import { awsFaultOf } from '../aws/index.ts';
import { Route53Error } from '../route53/index.ts';

/** What mends a request to AWS that failed. @param right what to do where a right is missing */
export function adviceOn(error: unknown, right: string): string {
  const fault = awsFaultOf(error instanceof Route53Error ? (error.cause ?? error) : error);
  if (error instanceof Route53Error && error.kind === 'missing') return 'mend `zones` in the config: the zone is gone';
  switch (fault) {
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
