import { fromTokenFile } from '@aws-sdk/credential-providers';
import { awsHttp, believable } from '../../lib/aws/index.ts';

// In a module of its own: loaded only in pods that get their role so. It brings an STS client along.
/** https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html; the token is read each time. */
export const webIdentity = () =>
  fromTokenFile({
    roleSessionName: 'fairlead-forwarder',
    clientConfig: { requestHandler: awsHttp },
    clientPlugins: [believable],
  });
