import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { awsHttp } from '../../lib/aws/index.ts';

// In a module of its own: loaded when a secret is fetched first, and only where the webhook needs one.

/** The text of a parameter, decrypted; undefined when it has none. @throws what SSM answers */
export async function fromSsm(Name: string): Promise<string | undefined> {
  const { Parameter } = await new SSMClient({ requestHandler: awsHttp }).send(
    new GetParameterCommand({ Name, WithDecryption: true }),
  );
  return Parameter?.Value;
}

/** The text of a secret's current version; undefined when it is binary. @throws what Secrets Manager answers */
export async function fromSecretsManager(SecretId: string): Promise<string | undefined> {
  const { SecretString } = await new SecretsManagerClient({ requestHandler: awsHttp }).send(
    new GetSecretValueCommand({ SecretId }),
  );
  return SecretString;
}
