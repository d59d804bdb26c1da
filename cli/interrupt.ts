import { type Ports, withZones } from '../lib/reconcile/index.ts';
import { OutOfTime } from '../lib/route53/index.ts';

const WHY = 'stopped by Ctrl-C';

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
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(new OutOfTime(WHY)));
  });
  stopped.catch(() => {});
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error(WHY));
    tell('stopping: nothing more is begun, the result comes in a moment (Ctrl-C again ends at once)');
  };
  process.on('SIGINT', onSignal);
  return {
    ports: {
      ...withZones(ports, ({ route53, budget }) => ({
        route53,
        budget: {
          ...budget,
          // A turn may be long in coming, where very much is to be changed: nobody waits for it any more.
          take: (...turn) => Promise.race([stopped, budget.take(...turn)]),
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
