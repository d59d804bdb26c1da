import { parseSecretPlace, type SecretPlace } from '../aws/secret-place.ts';
import type { Check } from '../model/index.ts';
import { secretsIn, UnusableSecret } from '../notice/index.ts';
import { checksOf } from './check.ts';
import type { DoctorPorts } from './ports.ts';

/** What lets the caller read a secret, and what makes it, by its store. */
const STORES: Readonly<Record<SecretPlace['store'], { readonly right: string; make(name: string): string }>> = {
  ssm: {
    right: 'ssm:GetParameter',
    make: name => `aws ssm put-parameter --name ${name} --type SecureString --value "$(openssl rand -base64 32)"`,
  },
  secretsmanager: {
    right: 'secretsmanager:GetSecretValue',
    make: name => `aws secretsmanager create-secret --name ${name} --secret-string "$(openssl rand -base64 32)"`,
  },
};

const GONE = new Set(['ParameterNotFound', 'ResourceNotFoundException']);

/** Whether the secret that the stack's webhook verifies notices with is there and fit. The secret itself is told to nobody. */
export async function webhookChecks(ports: DoctorPorts, stack: string | undefined): Promise<Check[]> {
  if (stack === undefined) return [];
  const name = `${stack}-webhook`;
  const { ok, bad, unseen } = checksOf('webhook', name);
  try {
    const variables = await ports.environmentOf(name);
    if (variables === undefined) return [ok('there is no such function: the stack has no webhook')];
    const text = variables.FAIRLEAD_WEBHOOK_SECRET ?? '';
    if (text === '') return [ok('IAM verifies who calls it: there is no shared secret')];
    const place = parseSecretPlace(text);
    if (place !== undefined) return [await secretCheck(place, name, ports)];
    // Somebody may have put the secret itself there.
    const found = 'its variable FAIRLEAD_WEBHOOK_SECRET names no place of a secret (ssm:NAME, secretsmanager:NAME)';
    return [bad(found, 'set webhookSecret in serverless.yml, and deploy')];
  } catch (error) {
    return [unseen(error, `allow lambda:GetFunctionConfiguration on ${name}`)];
  }
}

async function secretCheck(place: SecretPlace, subject: string, ports: DoctorPorts): Promise<Check> {
  const { ok, bad, unseen } = checksOf('webhook', subject);
  const { right, make } = STORES[place.store];
  const where = `${place.store}:${place.name}`;
  try {
    const { length } = secretsIn((await ports.secretIn(place)) ?? '', where);
    return ok(`its shared secret (${where}) is there${length > 1 ? ', and a former one' : ''}`);
  } catch (error) {
    if (error instanceof UnusableSecret) return bad(error.message, 'docs/notices.md, “Changing the shared secret”');
    if (GONE.has((error as Error).name))
      return bad(`its shared secret (${where}) does not exist`, `${make(place.name)}, or mend webhookSecret`);
    const found = `whether its shared secret (${where}) is there is not known: `;
    return unseen(error, `let the caller have ${right} on it, as the webhook’s role has`, found);
  }
}
