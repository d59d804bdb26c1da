import type { HistoryLine, News } from '../lib/model/index.ts';
import { printable } from '../lib/printable.ts';
import type { Run } from '../lib/reconcile/index.ts';
import { streamTo } from '../lib/stream.ts';
import type { TerminalAws } from './aws.ts';

/** What sending may take: a person waits. */
const STREAM_MS = 10_000;

const BUS = /^arn:aws[\w-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w.-]{1,256}$/;

/** @throws Error where FAIRLEAD_EVENT_BUS is no ARN */
export function eventBusOf({ FAIRLEAD_EVENT_BUS: bus }: TerminalAws['env']): string | undefined {
  if (!bus || BUS.test(bus)) return bus || undefined;
  throw new Error(
    `FAIRLEAD_EVENT_BUS: "${bus}" is not the ARN of an event bus (arn:aws:events:REGION:ACCOUNT:event-bus/NAME); the output EventBusArn of the stack has it`,
  );
}

/** What a command changes, told on the change stream when it has ended, however it ended. */
export type Telling = <T>(work: (run: Pick<Run, 'onApplied'>) => Promise<T>) => Promise<T>;

/**
 * The change stream as a command tells it: the changes, with the rights of whoever calls it. Findings are left to the runs of the
 * function, which know what they have told. Without a bus nothing is told.
 *
 * @param tell says in a line what could not be sent; nothing of the work depends on it
 * @throws Error where FAIRLEAD_EVENT_BUS is no ARN
 */
export function changeStream({ env, credentials }: TerminalAws, tell: (text: string) => void): Telling {
  const bus = eventBusOf(env);
  if (bus === undefined) return work => work({});
  const stream = streamTo(bus, env.FAIRLEAD_SERVICE || 'fairlead', { credentials });
  return async work => {
    const lines: HistoryLine[] = [];
    try {
      return await work({ onApplied: changes => changes.forEach(({ line }) => void lines.push(line)) });
    } finally {
      const { lost, fault } = await stream([newsOf(lines)], Date.now() + STREAM_MS).catch((error: Error) => ({
        lost: lines.length,
        fault: error.message,
      }));
      if (lost > 0) tell(warningOf(lost, bus, fault));
    }
  };
}

/** An event has what its line says: of the news only the lines are used. */
const newsOf = (changes: readonly HistoryLine[]): News => ({
  shard: '',
  run: '',
  by: 'manual',
  at: '',
  changes,
  findings: [],
});

const warningOf = (lost: number, bus: string, fault = '') =>
  printable(
    `warning: ${lost === 1 ? '1 change was' : `${lost} changes were`} not told on the change stream (${fault}); what was done stands, and is in the history. Allow events:PutEvents on ${bus}`,
  );
