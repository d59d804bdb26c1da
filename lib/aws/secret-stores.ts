import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { parseArn } from './arn.ts';
import { awsClient } from './client.ts';

/** Default: those of the environment. The region of an ARN goes before. */
export interface StoreAccess {
  readonly region?: string;
  readonly credentials?: NonNullable<SSMClientConfig['credentials']>;
}

/** The text of a parameter, decrypted; undefined when it has none. @throws what SSM answers */
export async function fromSsm(Name: string, access: StoreAccess = {}): Promise<string | undefined> {
  const client = awsClient(SSMClient, { ...access, ...regionOf(Name) });
  const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
  return Parameter?.Value;
}

/** The text of a secret's current version; undefined when it is binary. @throws what Secrets Manager answers */
export async function fromSecretsManager(SecretId: string, access: StoreAccess = {}): Promise<string | undefined> {
  const client = awsClient(SecretsManagerClient, { ...access, ...regionOf(SecretId) });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  return SecretString;
}

function regionOf(name: string): { region?: string } {
  const region = parseArn(name)?.region;
  return region ? { region } : {};
}
