import { withinDeadline } from '../aws/index.ts';
import type { Config } from '../config/config.ts';
import type { Check } from '../model/index.ts';
import { reasonOf } from '../reason.ts';
import type { BusProbe } from '../stream.ts';
import { adviceOn } from './advice.ts';
import { checksOf } from './check.ts';
import { clusterChecks } from './clusters.ts';
import type { DoctorPorts } from './ports.ts';
import { recordChecks } from './records.ts';
import { stateChecks } from './state.ts';
import { webhookChecks } from './webhook.ts';
import { zoneChecks } from './zones.ts';

export interface Examined {
  /** The name of the stack, `fairlead-prod`; absent: its queues and its webhook are not looked at. */
  readonly stack?: string;
}

const RIGHTS = 'look at the rights of the caller: docs/questions.md, “Which rights are needed?”';

/** For each part: a server that stays silent must not keep the others from being told of. */
const LIMIT_MS = 30_000;

/**
 * Looks at everything that a run needs, and changes nothing (but a key of its own in the state store, which it removes).
 * What cannot be looked at is told as such; nothing is thrown.
 */
export async function examine(config: Config, ports: DoctorPorts, { stack }: Examined = {}): Promise<Check[]> {
  const parts: readonly [Check['area'], () => Promise<Check[]>][] = [
    ['aws', () => identityCheck(ports)],
    ['program', () => keyCheck(ports)],
    ['zones', () => zoneChecks(config, ports)],
    ['clusters', () => clusterChecks(config, ports)],
    ['state', () => stateChecks(config, ports)],
    ['records', () => recordChecks(ports)],
    ['queue', () => queueChecks(ports, stack)],
    ['webhook', () => webhookChecks(ports, stack)],
    ['stream', () => streamCheck(ports)],
  ];
  const all = await Promise.all(
    parts.map(async ([area, look]) => {
      try {
        return await withinDeadline(Date.now() + LIMIT_MS, look);
      } catch (error) {
        return [checksOf(area, '').bad(reasonOf(error), adviceOn(error, RIGHTS))];
      }
    }),
  );
  return all.flat();
}

async function identityCheck(ports: DoctorPorts): Promise<Check[]> {
  const { ok, bad } = checksOf('aws', 'credentials');
  try {
    const { account, arn } = await ports.identity();
    return [ok(`AWS knows the caller as ${arn}, account ${account}`)];
  } catch (error) {
    return [bad(reasonOf(error), adviceOn(error, 'try `aws sts get-caller-identity`'))];
  }
}

/** Without its keys no run is made. */
async function keyCheck({ keys }: DoctorPorts): Promise<Check[]> {
  if (keys === undefined) return [];
  const { ok, bad } = checksOf('program', 'registry.encryptionKey');
  try {
    await keys();
    return [ok('its keys can be read')];
  } catch (error) {
    // Said of a key: what is denied, wrong or out of reach is its cause.
    const why = error instanceof Error ? (error.cause ?? error) : error;
    const found = reasonOf(error).replace('registry.encryptionKey: ', '');
    return [bad(found, adviceOn(why, 'put the key where the config says that it is, and let the caller read it'))];
  }
}

async function streamCheck({ eventBus }: DoctorPorts): Promise<Check[]> {
  if (eventBus === undefined) return [];
  const { ok, bad, unseen } = checksOf('stream', eventBus.arn);
  let found: BusProbe;
  try {
    found = await eventBus.probe();
  } catch (error) {
    return [unseen(error, 'look again in a minute')];
  }
  if (found === 'takes') return [ok('the event bus takes what this caller tells')];
  if (found === 'absent')
    return [bad('there is no such event bus', 'mend FAIRLEAD_EVENT_BUS, and eventBus of the deployment')];
  return [bad(found.denied, `allow events:PutEvents on ${eventBus.arn}`)];
}

async function queueChecks(ports: DoctorPorts, stack: string | undefined): Promise<Check[]> {
  if (stack === undefined) {
    return [
      checksOf('queue', 'stack').unknown(
        'the queues and the webhook were not looked at',
        'give --stack fairlead-prod, the name of the stack',
      ),
    ];
  }
  const look = async (queue: string, most: number, remedy: string): Promise<Check> => {
    const { ok, doubt, bad, unseen } = checksOf('queue', queue);
    try {
      const messages = await ports.messages(queue);
      if (messages === undefined) return bad('there is no such queue', 'is the stack’s name right, and its region?');
      return messages <= most ? ok(`${messages} messages wait`) : doubt(`${messages} messages wait`, remedy);
    } catch (error) {
      return unseen(error, 'allow sqs:GetQueueUrl and sqs:GetQueueAttributes');
    }
  };
  return Promise.all([
    look(`${stack}.fifo`, 100, 'docs/runbook.md, AlarmQueueAge'),
    look(`${stack}-dead-letters.fifo`, 0, 'docs/runbook.md, AlarmDeadLetters'),
    look(`${stack}-undelivered`, 0, 'docs/runbook.md, AlarmUndelivered'),
  ]);
}
