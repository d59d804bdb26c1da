import { fromHttp } from '@aws-sdk/credential-providers';

// In a module of its own: loaded only in pods that get their role so.
/**
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html; the token is read each time. What fails is
 * not tried again here: the notice is.
 */
export const podIdentity = () => fromHttp({ timeout: 2000, maxRetries: 0 });
