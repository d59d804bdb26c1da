import { fromHttp } from '@aws-sdk/credential-providers';
import { unlessAborted } from '../../lib/cluster/abort.ts';

// In a module of its own: loaded only in pods that get their role so.
/** Milliseconds. fromHttp's own `timeout` only warns when an answer does not come. */
const LONGEST = 5_000;

/**
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html; the token is read each time. What fails is
 * not tried again here: the notice is.
 */
export const podIdentity = (longest = LONGEST) => {
  const credentials = fromHttp({ timeout: 2000, maxRetries: 0 });
  return () => unlessAborted(credentials(), AbortSignal.timeout(longest));
};
