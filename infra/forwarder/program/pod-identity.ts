import { fromHttp } from '@aws-sdk/credential-providers';

// In a module of its own: loaded only in pods that get their role so.
/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html; the token's file is read each time. */
export const podIdentity = () => fromHttp({ timeout: 2000 });
