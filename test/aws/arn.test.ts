import { expect, test } from 'vitest';
import { accountOf, parseArn } from '../../lib/aws/arn.ts';

test.each([
  ['arn:aws:iam::111122223333:role/team/read', ['aws', 'iam', '', '111122223333', 'role/team/read']],
  [
    'arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:a:b-x1',
    ['aws-cn', 'secretsmanager', 'cn-north-1', '111122223333', 'secret:a:b-x1'],
  ],
  ['arn:aws:s3:::bucket', ['aws', 's3', '', '', 'bucket']],
])('the parts of %s', (text, [partition, service, region, account, resource]) => {
  expect(parseArn(text)).toEqual({ partition, service, region, account, resource });
  expect(accountOf(text)).toBe(account);
});

test.each(['', 'name', 'arn:aws:iam::111122223333', 'urn:aws:iam::111122223333:role/x', 'arn::iam::1:role/x'])(
  '%j is no ARN',
  text => {
    expect(parseArn(text)).toBeUndefined();
    expect(accountOf(text)).toBe('');
  },
);
