import { parseArn } from '../lib/aws/arn.ts';
import { parseSecretPlace } from '../lib/aws/secret-place.ts';
import { type CloudFormationValue, type Statement, sub } from './iam.ts';

interface Store {
  readonly service: string;
  readonly action: string;
  /** The end of the ARN, for a name. Secrets Manager adds six characters of its own. */
  readonly resource: (name: string) => string;
  /** Part of what the store has a key of KMS decrypt: it names the parameter or secret. */
  readonly context: string;
}

const STORES: Readonly<Record<'ssm' | 'secretsmanager', Store>> = {
  ssm: {
    service: 'ssm',
    action: 'ssm:GetParameter',
    resource: name => `parameter/${name.replace(/^\//, '')}`,
    context: 'kms:EncryptionContext:PARAMETER_ARN',
  },
  secretsmanager: {
    service: 'secretsmanager',
    action: 'secretsmanager:GetSecretValue',
    resource: name => `secret:${name}-??????`,
    context: 'kms:EncryptionContext:SecretARN',
  },
};

/**
 * To read this one parameter or secret. With a key of KMS of your own it is decrypted in the function's name, so the right
 * to decrypt is for every key, but for nothing else than what this store has encrypted under this name. `what` stands in the statements' ids:
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-secrets-manager.html
 */
export function secretStatements(text: string, what: string): readonly Statement[] {
  const place = parseSecretPlace(text);
  if (place === undefined) return [];
  const { service, action, resource, context } = STORES[place.store];
  const given = parseArn(place.name);
  const { partition, region, account } = given ?? HERE;
  const Resource: CloudFormationValue =
    given === undefined ? sub(`arn:${partition}:${service}:${region}:${account}:${resource(place.name)}`) : place.name;
  return [
    { Sid: `Read${what}`, Effect: 'Allow', Action: [action], Resource },
    {
      Sid: `Decrypt${what}`,
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: sub(`arn:${partition}:kms:${region}:${account}:key/*`),
      Condition: {
        // It ends as the partition's names do: amazonaws.com, amazonaws.com.cn, amazonaws.eu, …
        StringLike: { 'kms:ViaService': sub(`${service}.${region}.*`), [context]: Resource },
      },
    },
  ];
}

/** Those of the stack. */
const HERE = {
  partition: `\${AWS::Partition}`,
  region: `\${AWS::Region}`,
  account: `\${AWS::AccountId}`,
} as const;
