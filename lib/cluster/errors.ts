/** Why a cluster could not be read. The message names the cluster and the object at fault, and says what to do. */
export abstract class ClusterError extends Error {
  abstract override readonly name: string;
  /**
   * What may mend it at once: `access` a new description of the cluster with a new token, `retry` the same request
   * again, `restart` the listing from its beginning, `nothing` only a person.
   */
  abstract readonly recovery: 'access' | 'retry' | 'restart' | 'nothing';
}

/** EKS has no cluster of that name in that region and account. */
export class ClusterNotFoundError extends ClusterError {
  override readonly name = 'ClusterNotFoundError';
  readonly recovery = 'nothing';
}

/** AWS refused an action, or there are no usable credentials. */
export class AwsAccessError extends ClusterError {
  override readonly name = 'AwsAccessError';
  readonly recovery = 'nothing';
}

/** EKS knows the cluster, but it cannot be used: being created or deleted, failed, or described without what is needed. */
export class ClusterNotReadyError extends ClusterError {
  override readonly name = 'ClusterNotReadyError';
  readonly recovery = 'nothing';
}

/** DescribeCluster failed in another way: no answer, throttled to the end, a fault of the service. */
export class DescribeError extends ClusterError {
  override readonly name = 'DescribeError';
  readonly recovery = 'nothing';
}

/** The kubeconfig cannot be read, or its context cannot be used. */
export class KubeconfigError extends ClusterError {
  override readonly name = 'KubeconfigError';
  readonly recovery = 'nothing';
}

/** No connection to the API server: not reachable, or its certificate is not signed by the cluster's CA. */
export class UnreachableError extends ClusterError {
  override readonly name = 'UnreachableError';
  readonly recovery = 'access';
}

/** A connection that was made broke, or its answer took too long. */
export class InterruptedError extends ClusterError {
  override readonly name = 'InterruptedError';
  readonly recovery = 'retry';
}

/** 429 or a 5xx answer. `retryAfter` is the server's wish in seconds. */
export class BusyError extends ClusterError {
  override readonly name = 'BusyError';
  readonly recovery = 'retry';
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** 401: the cluster does not know the bearer of the token. */
export class UnauthorizedError extends ClusterError {
  override readonly name = 'UnauthorizedError';
  readonly recovery = 'access';
}

/** 403: known, but not allowed to list this kind. */
export class ForbiddenError extends ClusterError {
  override readonly name = 'ForbiddenError';
  readonly recovery = 'nothing';
}

/** 410: the snapshot that a listing reads from is gone. */
export class ExpiredListError extends ClusterError {
  override readonly name = 'ExpiredListError';
  readonly recovery = 'restart';
}

/** An answer that has more bytes, unzipped, than it may: nothing of it was used. */
export class TooLargeError extends ClusterError {
  override readonly name = 'TooLargeError';
  readonly recovery = 'nothing';
}

/** Reading the cluster took all that the config allows for it. */
export class ReadLimitError extends ClusterError {
  override readonly name = 'ReadLimitError';
  readonly recovery = 'nothing';
}

/** Anything else that is not a complete, believable list. */
export class UnusableListError extends ClusterError {
  override readonly name = 'UnusableListError';
  readonly recovery = 'nothing';
}

/** A mistake in a program, or a runtime that is too old for it; whoever takes it for a fault of the world misleads. */
export function isProgrammingError(thrown: unknown): boolean {
  return thrown instanceof TypeError || thrown instanceof ReferenceError;
}
