import { createHash } from 'node:crypto';
import { DROPPED, type WireAnswer } from './http.ts';
import type { Journal, LogEntry } from './journal.ts';

/** An error that is an answer. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** How one service carries out a call and writes its answer. */
export interface ServiceCall<T, E extends Refusal> {
  readonly operation: string;
  /** More for the journal; read when the call has ended. */
  readonly trace?: Partial<LogEntry>;
  work(): Promise<T | typeof DROPPED>;
  success(result: T, requestId: string): WireAnswer;
  /** The refusal that an error stands for; throws an error that is a fault of ours. */
  refusal(error: unknown): E;
  failure(refusal: E, requestId: string): WireAnswer;
}

/** Carries out a call, answers it, and writes it into the journal. */
export async function answerCall<T, E extends Refusal>(
  journal: Journal,
  call: ServiceCall<T, E>,
): Promise<WireAnswer | typeof DROPPED> {
  const started = performance.now();
  const at = Date.now();
  const requestId = createHash('sha256').update(`${call.operation} ${at} ${journal.total}`).digest('hex').slice(0, 32);
  const record = (status: number, error?: string) => {
    const ms = performance.now() - started;
    journal.record({ at, operation: call.operation, ...call.trace, status, ms, ...(error && { error }) });
  };
  try {
    const result = await call.work();
    const answer = result === DROPPED ? DROPPED : call.success(result, requestId);
    record(answer === DROPPED ? 0 : answer.status);
    return answer;
  } catch (error) {
    const refusal = call.refusal(error);
    record(refusal.status, `${refusal.code}: ${refusal.message}`);
    return call.failure(refusal, requestId);
  }
}
