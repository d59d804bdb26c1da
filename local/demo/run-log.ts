import type { Finding, RecordChange, RunResult } from '../../lib/model/index.ts';

interface Line {
  readonly message?: string;
  readonly function_request_id?: string;
  readonly zone?: string;
  readonly change?: RecordChange;
  readonly finding?: Finding;
  readonly run?: RunResult;
}

interface Gathered {
  readonly changes: { readonly zone: string; readonly change: RecordChange }[];
  readonly findings: Finding[];
  readonly done: Promise<RunResult | undefined>;
  readonly end: (result: RunResult | undefined) => void;
}

/**
 * Puts the results of runs together again out of the reconcile function's log, as somebody who looks into CloudWatch would:
 * a run for the queue answers only which messages failed.
 */
export class RunLog {
  readonly #runs = new Map<string, Gathered>();
  #rest = '';

  /** Takes what the function wrote, in pieces of any size. */
  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = parse(line);
      if (parsed?.function_request_id !== undefined) this.#addLine(parsed, this.#run(parsed.function_request_id));
    }
  }

  /** The result of an invocation's run; undefined when it needed none, because an earlier run had served its notices. */
  resultOf(requestId: string): Promise<RunResult | undefined> {
    return this.#run(requestId).done.finally(() => this.#runs.delete(requestId));
  }

  #addLine({ message, zone, change, finding, run }: Line, gathered: Gathered): void {
    if (zone !== undefined && change) gathered.changes.push({ zone, change });
    if (finding) gathered.findings.push(finding);
    if (message === 'run finished' && run) gathered.end(whole(run, gathered));
    if (message === 'served by an earlier run') gathered.end(undefined);
  }

  #run(requestId: string): Gathered {
    const known = this.#runs.get(requestId);
    if (known) return known;
    const { promise: done, resolve: end } = Promise.withResolvers<RunResult | undefined>();
    const gathered = { changes: [], findings: [], done, end };
    this.#runs.set(requestId, gathered);
    return gathered;
  }
}

function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

function whole(run: RunResult, { changes, findings }: Gathered): RunResult {
  const changesOf = (id: string) => changes.filter(({ zone }) => zone === id).map(({ change }) => change);
  return { ...run, findings, zones: run.zones.map(zone => ({ ...zone, changes: changesOf(zone.id) })) };
}
