import { parseSecretPlace, type SecretPlace } from '../../lib/aws/secret-place.ts';
import { type Deployed, InvalidSetting, readDeployed } from '../../lib/notice/deployed.ts';
import { type Callers, parseCallers } from './callers.ts';

/** How the function was deployed. */
export interface Settings extends Deployed {
  /** Absent: callers are verified by Lambda itself (a Function URL of type AWS_IAM). */
  readonly secret?: SecretPlace;
  /** Absent: whoever is let in may speak for every cluster. */
  readonly callers?: Callers;
}

/** Reads the environment that serverless.yml gives. @throws InvalidSetting */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    ...readDeployed(env),
    ...authOf(env.FAIRLEAD_WEBHOOK_SECRET ?? ''),
    ...callersOf(env.FAIRLEAD_WEBHOOK_CALLERS ?? ''),
  };
}

function callersOf(text: string): Pick<Settings, 'callers'> {
  if (text === '') return {};
  const callers = parseCallers(text);
  if (callers) return { callers };
  throw new InvalidSetting('FAIRLEAD_WEBHOOK_CALLERS: expected ROLE=CLUSTER,… with ARNs of roles, or nothing');
}

function authOf(text: string): Pick<Settings, 'secret'> {
  if (text === '') return {};
  const secret = parseSecretPlace(text);
  if (secret) return { secret };
  throw new InvalidSetting(
    'FAIRLEAD_WEBHOOK_SECRET: expected ssm:NAME or secretsmanager:NAME, or nothing for callers that IAM verifies',
  );
}
