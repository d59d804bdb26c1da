import type { Ports } from '../lib/reconcile/index.ts';

/** Ports of a run that a person can stop. */
export interface Stoppable {
  readonly ports: Ports;
  /** Ends the listening. */
  done(): void;
}

/**
 * Ctrl-C lets what was sent be answered, begins nothing more, and so comes to a result that says what was done and what is
 * left. A second one ends the process at once.
 */
export function stoppable(ports: Ports, tell: (text: string) => void): Stoppable {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('stopped by Ctrl-C'));
    tell('stopping: nothing more is begun, the result comes in a moment (Ctrl-C again ends at once)');
  };
  process.on('SIGINT', onSignal);
  return {
    ports: {
      ...ports,
      budget: {
        ...ports.budget,
        take: async (priority, until, changes) =>
          !stop.signal.aborted && (await ports.budget.take(priority, until, changes)) && !stop.signal.aborted,
      },
      readCluster: (cluster, kinds, sink, restart, signal, ...rest) => {
        const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
        return ports.readCluster(cluster, kinds, sink, restart, either, ...rest);
      },
    },
    done: () => void process.off('SIGINT', onSignal),
  };
}
