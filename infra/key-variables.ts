import type { Config } from '../lib/config/config.ts';
import { InvalidSetting } from './settings.ts';

/** The variables of a function, by name. */
export type Environment = Readonly<Record<string, unknown>>;

/**
 * A key of the registry that is in a variable has to be in the function's: its runs would fail, each of them. It is not
 * taken from the shell that deploys, since a function's variables stand in the clear in the template and in the console.
 *
 * @throws InvalidSetting that says what to add
 */
export function checkKeyVariables({ registry: { encryptionKeys } }: Config, environment: Environment): void {
  const names = encryptionKeys.flatMap(place => (place.startsWith('env:') ? [place.slice('env:'.length)] : []));
  const missing = names.filter(name => environment[name] === undefined || environment[name] === null);
  if (missing.length === 0) return;
  const lines = missing.map(name => `"${name}: \${env:${name}}"`).join(' and ');
  throw new InvalidSetting(
    `registry.encryptionKey: the function has no variable ${missing.join(', ')}: keep the key in SSM or Secrets Manager (ssm:NAME, secretsmanager:NAME), or add ${lines} to functions.reconcile.environment of serverless.yml, where it stands in the clear in the template`,
  );
}
