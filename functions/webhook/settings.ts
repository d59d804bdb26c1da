import { type Deployed, InvalidSetting, readDeployed } from '../../lib/notice/deployed.ts';
import { parseSecretPlace, type SecretPlace } from './secrets.ts';

/** How the function was deployed. */
export interface Settings extends Deployed {
  /** Absent: callers are verified by Lambda itself (a Function URL of type AWS_IAM). */
  readonly secret?: SecretPlace;
}

/** Reads the environment that serverless.yml gives. @throws InvalidSetting */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return { ...readDeployed(env), ...authOf(env.FAIRLEAD_WEBHOOK_SECRET ?? '') };
}

function authOf(text: string): Pick<Settings, 'secret'> {
  if (text === '') return {};
  const secret = parseSecretPlace(text);
  if (secret) return { secret };
  throw new InvalidSetting(
    'FAIRLEAD_WEBHOOK_SECRET: expected ssm:NAME or secretsmanager:NAME, or nothing for callers that IAM verifies',
  );
}
