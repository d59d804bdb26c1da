/** An error answer that a service gives because a test asked for it. */
export interface InjectedError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Another party acts at a certain call: `operation`'s n-th from now, before or after it is carried out. */
export interface Interruption {
  readonly operation: string;
  /** 1 is the next call. */
  readonly call: number;
  readonly moment: 'before' | 'after';
  readonly act: () => void;
}

interface PendingFailure {
  readonly code: string;
  left: number;
}

type DropMoment = 'before' | 'after';

const KNOWN: Readonly<Record<string, readonly [status: number, message: string]>> = {
  Throttling: [400, 'Rate exceeded'],
  PriorRequestNotComplete: [400, 'The request was rejected because Route 53 was still processing a prior request.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InternalFailure: [500, 'The request processing has failed because of an unknown error, exception or failure.'],
  ServiceUnavailable: [503, 'Service is unavailable. Please try again later.'],
  AccessDenied: [403, 'Access denied'],
  ExpiredToken: [403, 'The security token included in the request is expired'],
  InvalidClientTokenId: [403, 'The security token included in the request is invalid.'],
};

/** What a test asked to go wrong in a service. Operations are named as in AWS's API, e.g. `ListHostedZones`. */
export class Faults {
  /** Added to every answer, in milliseconds; the operation is carried out at its end. */
  latencyMs = 0;
  /** Operations that nobody is allowed: 403 AccessDenied. `*` stands for all. */
  readonly denied = new Set<string>();
  readonly #failures = new Map<string, PendingFailure[]>();
  readonly #drops: Record<DropMoment, Map<string, number>> = { before: new Map(), after: new Map() };
  #interruptions: (Interruption & { left: number })[] = [];

  /** The next `times` calls of the operation fail with this code (5xx for those that are the service's fault). */
  failNext(operation: string, code: string, times = 1): void {
    this.#failures.set(operation, [...(this.#failures.get(operation) ?? []), { code, left: times }]);
  }

  /** The next `times` calls of the operation end in a cut connection, before or after they were carried out. */
  dropNext(operation: string, moment: DropMoment, times = 1): void {
    this.#drops[moment].set(operation, times);
  }

  /** Another party acts before or after the n-th call from now (1 is the next). */
  interrupt(interruption: Interruption): void {
    this.#interruptions.push({ ...interruption, left: interruption.call });
  }

  /** Takes back everything asked for. */
  clear(): void {
    this.latencyMs = 0;
    this.denied.clear();
    this.#failures.clear();
    this.#drops.before.clear();
    this.#drops.after.clear();
    this.#interruptions = [];
  }

  /** The failure due to this call, if any. */
  takeFailure(operation: string): InjectedError | undefined {
    const due = this.#failures.get(operation)?.find(failure => failure.left > 0);
    if (!due) return undefined;
    due.left--;
    const [status, message] = KNOWN[due.code] ?? [400, `${due.code}, because a test asked for it`];
    return { status, code: due.code, message };
  }

  takeDrop(operation: string, moment: DropMoment): boolean {
    const left = this.#drops[moment].get(operation) ?? 0;
    if (left > 0) this.#drops[moment].set(operation, left - 1);
    return left > 0;
  }

  /** Call once before and once after an operation is carried out. */
  interruptAt(operation: string, moment: 'before' | 'after'): void {
    const due = this.#interruptions.filter(one => one.operation === operation && one.moment === moment);
    for (const one of due) one.left--;
    this.#interruptions = this.#interruptions.filter(one => one.left > 0);
    for (const one of due) if (one.left === 0) one.act();
  }
}
