/** One call, as it ended. */
export interface LogEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly operation: string;
  /** HTTP status; 0 when the connection was cut. */
  readonly status: number;
  readonly ms: number;
  readonly zoneId?: string;
  /** Change elements in the batch. */
  readonly changes?: number;
  /** The batch was applied (whether or not the answer arrived). */
  readonly applied?: boolean;
  /** `Code: message` of an error answer. */
  readonly error?: string;
}

export interface Counts {
  /** All calls by operation, those refused included. */
  readonly calls: Record<string, number>;
  readonly throttled: Record<string, number>;
  /** Error answers other than throttling, and cut connections. */
  readonly failed: Record<string, number>;
  /** ChangeResourceRecordSets calls that were not throttled. */
  batches: number;
  batchesApplied: number;
  /** Change elements in those batches. */
  changes: number;
  changesApplied: number;
}

const MAX_ENTRIES = 20_000;

/** What was called, for tests and figures: counts since the last reset, and the latest calls. */
export class Journal {
  counts: Counts = noCounts();
  #log: LogEntry[] = [];

  get log(): readonly LogEntry[] {
    return this.#log;
  }

  /** All calls together since the last reset. */
  get total(): number {
    return Object.values(this.counts.calls).reduce((sum, calls) => sum + calls, 0);
  }

  reset(): void {
    this.counts = noCounts();
    this.#log = [];
  }

  record(entry: LogEntry): void {
    const { operation, error, changes = 0 } = entry;
    add(this.counts.calls, operation);
    const throttled = error?.startsWith('Throttling') ?? false;
    if (throttled) add(this.counts.throttled, operation);
    else if (entry.status === 0 || entry.status >= 400) add(this.counts.failed, operation);
    if (operation === 'ChangeResourceRecordSets' && !throttled) {
      this.counts.batches++;
      this.counts.changes += changes;
      if (entry.applied) {
        this.counts.batchesApplied++;
        this.counts.changesApplied += changes;
      }
    }
    this.#log.push(entry);
    if (this.#log.length > MAX_ENTRIES) this.#log = this.#log.slice(MAX_ENTRIES / 2);
  }
}

function noCounts(): Counts {
  return { calls: {}, throttled: {}, failed: {}, batches: 0, batchesApplied: 0, changes: 0, changesApplied: 0 };
}

function add(counts: Record<string, number>, operation: string): void {
  counts[operation] = (counts[operation] ?? 0) + 1;
}
