import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { nextSteps } from '../../infra/next-steps.ts';
import { parseConfig } from '../../lib/config/index.ts';

const ROLE = 'arn:aws:iam::111122223333:role/fairlead-prod-eu-west-1';
const OUTPUTS = {
  ReconcileRoleArn: ROLE,
  WebhookFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:fairlead-prod-webhook',
  WebhookUrl: 'https://abc.lambda-url.eu-west-1.on.aws/',
};
const read = (text: string) => parseConfig(text, { file: 'fairlead.yml', env: { AWS_REGION: 'eu-west-1' } });
const steps = (text: string, paused = false, outputs: Record<string, string> = OUTPUTS) =>
  nextSteps({ config: read(text), stage: 'prod', region: 'eu-west-1', paused, outputs });
const commands = (...args: Parameters<typeof steps>) => steps(...args).flatMap(step => step.commands);

const PLAIN =
  'clusters: [{name: prod}, {name: us.prod, eksName: prod, region: us-east-1}]\nzones: {domains: [example.com]}';
const ZONES = 'arn:aws-us-gov:iam::222222222222:role/dns/zones';
const READER = 'arn:aws:iam::333333333333:role/fairlead-read';
const FAR = `clusters:
  - {name: prod, roleArn: "${READER}", externalId: abc}
  - {name: lab, roleArn: "${READER}", externalId: abc}
zones: {domains: [example.com], ids: [Z1], roleArn: "${ZONES}", externalId: xyz}`;

describe('after a deployment', () => {
  it('each cluster is let in where it is, by its name in EKS', () => {
    expect(commands(PLAIN).filter(line => line.includes('eks-access'))).toEqual([
      `aws cloudformation deploy --region eu-west-1 --stack-name fairlead-access-prod --template-file infra/eks-access.yml --parameter-overrides ClusterName=prod RoleArn=${ROLE}`,
      `aws cloudformation deploy --region us-east-1 --stack-name fairlead-access-us-prod --template-file infra/eks-access.yml --parameter-overrides ClusterName=prod RoleArn=${ROLE}`,
    ]);
  });

  it('roles of other accounts come first, one stack a role, each with the names that the config has', () => {
    const [zones, reader, ...rest] = commands(FAR);
    expect(zones).toContain(
      `TrustedRoleArn=${ROLE} RoleName=zones RolePath=/dns/ 'RecordNames=*.example.com,a-example.com,`,
    );
    expect(zones).toContain(
      'RecordTypes=A,AAAA,CNAME,TXT HostedZones=arn:aws-us-gov:route53:::hostedzone/Z1 ExternalId=xyz',
    );
    expect(reader).toContain(`TrustedRoleArn=${ROLE} RoleName=fairlead-read ExternalId=abc`);
    expect(rest.filter(line => line.includes('reader-role'))).toEqual([]);
    expect(rest[0]).toContain(`ClusterName=prod RoleArn=${READER}`);
  });

  it('a plan is looked at before anything is written, and a paused schedule starts at the end', () => {
    const ours = commands(PLAIN, true).filter(line => line.startsWith('npx sls'));
    expect(ours).toEqual([
      `npx sls invoke -f reconcile --stage prod --region eu-west-1 -d '{"mode":"plan"}'`,
      `npx sls invoke -f reconcile --stage prod --region eu-west-1 -d '{}'`,
      'npx sls deploy --stage prod --region eu-west-1',
    ]);
    expect(commands(PLAIN).filter(line => line.startsWith('npx sls deploy'))).toEqual([]);
  });

  it('without a webhook, nothing is said of forwarders', () => {
    expect(commands(PLAIN, false, { ReconcileRoleArn: ROLE }).join()).not.toContain('forwarder');
  });
});

/** The commands of the page: indented or not, with lines continued. */
const PAGE = readFileSync('docs/install.md', 'utf8').replaceAll(/\\\n\s*/g, '');
const told = [...PAGE.matchAll(/^\s*((?:aws|npx sls|helm|docker|kubectl) .*)$/gm)].map(([, line = '']) =>
  line.replace(/\s+#.*$/, ''),
);

describe.each([
  ['docs/install.md', told],
  ['what sls deploy tells', [...commands(FAR, true), ...commands(PLAIN)]],
])('the commands in %s', (_where, lines) => {
  it('are there', () => {
    expect(lines.length).toBeGreaterThan(7);
  });

  it('name stage and region wherever sls needs them to find the stack, and functions that there are', () => {
    const { custom, functions } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' });
    expect(custom).toBeDefined();
    for (const line of lines.filter(one => one.startsWith('npx sls'))) {
      expect(line).toMatch(/--stage \S+ --region \S+/);
      const [, name] = / -f (\S+)/.exec(line) ?? [];
      if (name) expect(Object.keys(functions.at(-1))).toContain(name);
    }
  });

  it('name templates that there are, their parameters, and the region', () => {
    for (const line of lines.filter(one => one.startsWith('aws cloudformation deploy'))) {
      const [, file = ''] = /--template-file (\S+)/.exec(line) ?? [];
      expect(existsSync(file), file).toBe(true);
      const { Parameters, Resources } = parse(readFileSync(file, 'utf8'), { logLevel: 'silent' });
      expect(line).toMatch(/--region \S+/);
      const given = [...line.replace(/.*--parameter-overrides /, '').matchAll(/(?:^|\s)['"]?(\w+)=/g)].map(
        ([, name]) => name,
      );
      expect(Object.keys(Parameters)).toEqual(expect.arrayContaining(given));
      for (const [name, { Default }] of Object.entries<{ Default?: unknown }>(Parameters))
        if (Default === undefined) expect(given).toContain(name);
      if (JSON.stringify(Resources).includes('AWS::IAM::Role'))
        expect(line).toContain(
          JSON.stringify(Resources).includes('RoleName') ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM',
        );
    }
  });

  it('name files that there are', () => {
    for (const [, file = ''] of lines.join('\n').matchAll(/\s(infra\/\S+)/g)) expect(existsSync(file), file).toBe(true);
  });

  it('build images for the nodes, not for the machine that builds', () => {
    for (const line of lines.filter(one => one.startsWith('docker')))
      expect(line).toContain('--platform linux/amd64,linux/arm64');
  });
});
