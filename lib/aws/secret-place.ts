/** Where a secret is kept: a parameter of the SSM Parameter Store, or a secret of Secrets Manager. */
export interface SecretPlace {
  readonly store: 'ssm' | 'secretsmanager';
  /** Name or ARN. */
  readonly name: string;
}

export function parseSecretPlace(text: string): SecretPlace | undefined {
  const [, store, name] = /^(ssm|secretsmanager):(\S+)$/.exec(text) ?? [];
  return name === undefined ? undefined : { store: store as SecretPlace['store'], name };
}
