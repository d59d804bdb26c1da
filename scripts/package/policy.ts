import type { CloudFormationValue, Statement } from '../../infra/iam.ts';
import type { PolicyStatement } from '../../local/emulators/aws/iam.ts';

const VARIABLES: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '123456789012',
  'AWS::Region': 'us-east-1',
};

/** The statements as CloudFormation leaves them in the role. Attributes of resources stay out: they are of other services. */
export function deployed(statements: readonly Statement[]): PolicyStatement[] {
  return statements.map(({ Effect, Action, Resource, Condition }) => ({
    Effect,
    Action,
    Resource: ([Resource].flat() as CloudFormationValue[]).map(textOf),
    ...(Condition && { Condition: Condition as NonNullable<PolicyStatement['Condition']> }),
  }));
}

function textOf(value: CloudFormationValue): string {
  if (typeof value === 'string') return value;
  const text = value['Fn::Sub'];
  return typeof text === 'string' ? text.replace(/\$\{([\w:]+)\}/g, (_, name) => VARIABLES[name] ?? name) : 'arn:other';
}
