import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readMessage } from '../../functions/reconcile/message.ts';
import { makeDeployment } from '../../infra/deployment.ts';

const read = (file: string) => parse(readFileSync(file, 'utf8'), { logLevel: 'silent' });
const { params } = read('serverless.yml');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-drift-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const make = (config = 'clusters: [{name: prod}]', drift = 'cloudtrail') => {
  writeFileSync(join(folder, 'fairlead.yml'), config);
  return makeDeployment({ ...params.default, drift }, folder, 'eu-west-1');
};

/** An event as EventBridge passes it on, after https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/logging-using-cloudtrail.html */
const EVENT = {
  version: '0',
  id: '2f1d8f3e-7a55-4f0b-9a9b-0c3b7c1d5e11',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.route53',
  account: '111122223333',
  time: '2026-08-01T10:47:34Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    eventVersion: '1.09',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:jane',
      arn: 'arn:aws:sts::111122223333:assumed-role/Admin/jane',
      accountId: '111122223333',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: 'arn:aws:iam::111122223333:role/Admin',
          accountId: '111122223333',
          userName: 'Admin',
        },
        attributes: { creationDate: '2026-08-01T10:40:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: '2026-08-01T10:47:34Z',
    eventSource: 'route53.amazonaws.com',
    eventName: 'ChangeResourceRecordSets',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.92',
    userAgent: 'aws-cli/2.27.0',
    requestParameters: {
      hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      changeBatch: {
        changes: [
          {
            action: 'UPSERT',
            resourceRecordSet: {
              name: '*.Shop.example.com',
              type: 'A',
              tTL: 60,
              resourceRecords: [{ value: '192.0.2.1' }],
            },
          },
          {
            action: 'DELETE',
            resourceRecordSet: {
              name: '\\052.example.com.',
              type: 'A',
              aliasTarget: { hostedZoneId: 'Z32O12XQLNTSW2', dNSName: 'lb.eu-west-1.elb.amazonaws.com' },
            },
          },
        ],
      },
    },
    responseElements: {
      changeInfo: { id: '/change/C2682N5HXP0BZ4', status: 'PENDING', submittedAt: 'Aug 1, 2026 10:47:34 AM' },
    },
    additionalEventData: { Note: 'Do not use to reconstruct hosted zone' },
    eventType: 'AwsApiCall',
    apiVersion: '2013-04-01',
    managementEvent: true,
    recipientAccountId: '111122223333',
  },
};

describe('what others change in Route 53', () => {
  it('is read as the names to look at again', () => {
    expect(readMessage(JSON.stringify(EVENT))).toEqual({
      kind: 'names',
      zone: 'Z0123456789ABCDEFGHIJ',
      names: ['*.example.com', '*.shop.example.com'],
    });
  });

  it('goes to the queue in the group of every shard, with retries and a dead-letter queue, as the queue allows', () => {
    const { rules, ruleArns } = make(
      'clusters: [{name: a, owner: x}, {name: b}]\nshards: [{name: east, clusters: [a]}]',
    );
    const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(rules.Drift?.Properties.Targets).toEqual(
      ['east', 'default'].map((MessageGroupId, index) => ({
        Id: `shard-${index}`,
        Arn: arn('Queue'),
        SqsParameters: { MessageGroupId },
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 10 },
        DeadLetterConfig: { Arn: arn('Undelivered') },
      })),
    );
    expect(ruleArns).toEqual([arn('Schedule'), arn('Drift')]);
    const { QueuePolicy } = read('infra/queue.yml').Resources;
    expect(QueuePolicy.Properties.PolicyDocument.Statement[0].Condition.ArnEquals).toEqual({
      'aws:SourceArn': `\${self:custom.deployment.ruleArns}`,
    });
  });

  const OWN = { 'Fn::GetAtt': ['ReconcileRole', 'Arn'] };
  const dns = 'arn:aws:iam::222222222222:role/dns';
  it.each([
    ["the function's own", 'clusters: [{name: prod}]', [OWN]],
    ['and that of the account that has the zones', `clusters: [{name: prod}]\nzones: {roleArn: "${dns}"}`, [OWN, dns]],
  ])('is nothing that fairlead changed itself; its role is %s', (_rule, config, own) => {
    const pattern = make(config).rules.Drift?.Properties.EventPattern as {
      detail: { userIdentity: { sessionContext: { sessionIssuer: { arn: unknown } } } };
    };
    expect(pattern.detail.userIdentity.sessionContext.sessionIssuer.arn).toEqual([
      { 'anything-but': own },
      { exists: false },
    ]);
  });

  it('in another account may be passed on by that account', () => {
    const { rules, ruleArns } = make(`clusters: [{name: prod}]\nzones: {roleArn: "${dns}"}`);
    expect(JSON.stringify(rules.DriftBusPolicy)).toContain('iam::222222222222:root');
    expect(ruleArns).toHaveLength(2);
    expect(make().rules.DriftBusPolicy).toBeUndefined();
  });

  it.each([
    [
      'of the zones that the config names, however their ids are written',
      2,
      ['Z1', '/hostedzone/Z1', 'Z2', '/hostedzone/Z2'],
    ],
    ['of every zone, where it names none', 0, [{ exists: true }]],
    ['of every zone, where it names too many for a pattern', 16, [{ exists: true }]],
  ])('is told %s', (_rule, count, hostedZoneId) => {
    const ids = Array.from({ length: count }, (_, n) => `Z${n + 1}`);
    const pattern = make(`clusters: [{name: prod}]\nzones: {ids: [${ids}]}`).rules.Drift?.Properties.EventPattern;
    expect(pattern).toMatchObject({ detail: { requestParameters: { hostedZoneId } } });
    expect(JSON.stringify(pattern).length).toBeLessThan(2_048);
  });

  it('is not listened to unless asked for', () => {
    expect(Object.keys(make(undefined, 'none').rules)).toEqual(['Schedule']);
  });

  it('is passed on from the region that CloudTrail tells it in by the same pattern', () => {
    const { Rule } = read('infra/drift-us-east-1.yml').Resources;
    const { EventPattern } = make().rules.Drift?.Properties ?? {};
    const ours = JSON.stringify(EventPattern)
      .replace(JSON.stringify(OWN), '"OwnRoleArn"')
      .replace('[{"exists":true}]', '["EveryZone",[{"exists":true}],"HostedZones"]');
    expect(JSON.stringify(Rule.Properties.EventPattern)).toBe(ours);
  });
});
