import { type Ports, withZones } from '../lib/reconcile/index.ts';

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
      ...withZones(ports, ({ route53, budget }) => ({
        route53,
        budget: {
          ...budget,
          take: async (priority, until, changes) =>
            !stop.signal.aborted && (await budget.take(priority, until, changes)) && !stop.signal.aborted,
        },
      })),
      readCluster: (cluster, sources, page, restart, signal, reading) => {
        const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
        return ports.readCluster(cluster, sources, page, restart, either, reading);
      },
    },
    done: () => void process.off('SIGINT', onSignal),
  };
}
