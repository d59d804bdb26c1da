import { describe, expect, it } from 'vitest';
import { type AccessRequest, decide, type PolicyStatement } from '../../../../local/emulators/aws/iam.ts';

const allow = (change: Partial<PolicyStatement> = {}): PolicyStatement => ({
  ...{ Effect: 'Allow', Action: 'route53:ChangeResourceRecordSets', Resource: 'arn:aws:route53:::hostedzone/Z1' },
  ...change,
});
const request = (
  names: readonly string[] = ['www.example.com'],
  change: Partial<AccessRequest> = {},
): AccessRequest => ({
  ...{ action: 'route53:ChangeResourceRecordSets', resource: 'arn:aws:route53:::hostedzone/Z1' },
  context: { names },
  ...change,
});
const when = (operator: string, patterns: string | readonly string[]) =>
  allow({ Condition: { [operator]: { Names: patterns } } });
const UNDER = ['example.com', '*.example.com'];

describe('IAM', () => {
  it.each<[string, readonly PolicyStatement[], AccessRequest, string]>([
    ['denies what no statement allows', [], request(), 'implicitly denied'],
    ['allows what one allows', [allow({ Resource: 'x' }), allow()], request(), 'allowed'],
    ['lets a deny win', [allow(), allow({ Effect: 'Deny' })], request(), 'explicitly denied'],
    ['tells zones apart', [allow()], request([], { resource: 'arn:aws:route53:::hostedzone/Z2' }), 'implicitly denied'],
    [
      'knows * in resources and actions',
      [allow({ Action: 'route53:Change*', Resource: 'arn:aws:route53:::hostedzone/*' })],
      request(),
      'allowed',
    ],
    [
      'takes no part of a resource for the whole',
      [allow({ Resource: 'arn:aws:route53:::hostedzone/Z' })],
      request(),
      'implicitly denied',
    ],
    [
      'wants each of all values',
      [when('ForAllValues:StringLike', UNDER)],
      request(['a.example.com', 'b.org']),
      'implicitly denied',
    ],
    [
      'is content when all values fit',
      [when('ForAllValues:StringLike', UNDER)],
      request(['a.b.example.com', 'example.com']),
      'allowed',
    ],
    ['is content with no value, of all', [when('ForAllValues:StringLike', UNDER)], request([]), 'allowed'],
    ['wants one of any', [when('ForAnyValue:StringLike', UNDER)], request(['b.org', 'a.example.com']), 'allowed'],
    ['is not content with no value, of any', [when('ForAnyValue:StringLike', UNDER)], request([]), 'implicitly denied'],
    [
      'takes a dot for a dot',
      [when('ForAllValues:StringLike', 'www.example.com')],
      request(['wwwxexample.com']),
      'implicitly denied',
    ],
    [
      'takes \\052 as it stands',
      [when('ForAllValues:StringLike', '\\052.example.com')],
      request(['\\052.example.com']),
      'allowed',
    ],
    ['compares case', [when('ForAllValues:StringEquals', 'A')], request(['a']), 'implicitly denied'],
    ['knows no pattern in StringEquals', [when('ForAllValues:StringEquals', '*')], request(['a']), 'implicitly denied'],
    ['wants a single value where the operator names no set', [when('StringEquals', 'a')], request(['a']), 'allowed'],
  ])('%s', (_rule, policy, asked, expected) => {
    expect(decide(policy, asked)).toBe(expected);
  });

  it('gives no answer for an operator that it does not know', () => {
    expect(() => decide([when('IpAddress', '192.0.2.0/24')], request())).toThrow(/IpAddress/);
  });
});
