import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../forwarder/program/settings.ts';
import { OWN_BUCKET } from '../../infra/iam.ts';
import { nextSteps } from '../../infra/next-steps.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { commandsOf } from '../docs/blocks.ts';
import { checkHelm, checkSls, checkTemplate } from '../docs/checks.ts';

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

  it('is given the rights of its own sources and namespaces, not those of the default ones', () => {
    const applied = (more: string) => commands(`${PLAIN}\n${more}`).filter(line => line.includes('kubectl'));
    const own = 'npm run -s cluster-role -- fairlead.yml | kubectl --context <prod> apply -f -';
    expect(applied('')[0]).toBe('kubectl --context <prod> apply -f infra/cluster-role.yaml');
    for (const more of ['sources: [gateway]', 'filters: {namespaces: [shop]}', 'kubernetesEvents: true'])
      expect(applied(more)[0]).toBe(own);
  });

  it.each<[string, string]>([
    ['sources and namespaces', 'sources: [service, gateway]\nfilters: {namespaces: [shop]}'],
    [
      'what decides over objects',
      'gateway: {namespace: infra}\nrecords: {excludeTypes: [AAAA]}\nlimits: {targetsPerObject: 5}',
    ],
    ['a quote', `filters: {annotations: "note=it's"}`],
  ])('a forwarder watches what runs read: %s', (_rule, more) => {
    const text = `${PLAIN}\n${more}`;
    const helm = commands(text).find(line => line.startsWith('helm')) ?? '';
    const sets = [...helm.matchAll(/--set-json '((?:[^']|'\\'')*)'/g)].map(([, set = '']) =>
      set.replaceAll("'\\''", "'"),
    );
    const values = Object.fromEntries(
      sets.map(set => [set.split('=', 1)[0], JSON.parse(set.slice(set.indexOf('=') + 1))]),
    );
    const webhook = { url: OUTPUTS.WebhookUrl, auth: 'iam' };
    const { sources, filters, gateway, records, limits, hostnames } = parseSettings(
      { cluster: 'prod', webhook, ...values },
      'f',
      {},
    );
    const config = read(text);
    expect({ sources, filters, gateway, hostnames }).toEqual({
      ...{ sources: config.sources, filters: config.filters, gateway: config.gateway, hostnames: config.hostnames },
    });
    expect(records.types).toEqual(config.records.types);
    expect(config.limits).toMatchObject(limits);
    expect(sets.length).toBeGreaterThan(0);
  });

  it('a forwarder is told of views that read objects otherwise, and of nothing that is a default', () => {
    const helm = (text: string) => commands(text).find(line => line.startsWith('helm')) ?? '';
    const views = (more: string) =>
      `clusters: [{name: prod}]\nviews: [{name: a, zones: {domains: [a.com]}}, {name: b, zones: {domains: [b.com]}${more}}]`;
    expect(helm(PLAIN)).not.toContain('--set-json');
    expect(helm(views(''))).not.toContain('--set-json');
    expect(helm(views(', filters: {namespaces: [shop]}'))).toContain(
      `--set-json 'views=[{"name":"a"},{"name":"b","filters":{"namespaces":["shop"],"labels":"","annotations":""}}]'`,
    );
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

  it('with a change stream, terminals are told of it, and of the state that goes with it', () => {
    const stream = { EventBusArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/dns', StateBucketName: 'bucket' };
    const exported =
      'export FAIRLEAD_EVENT_BUS=arn:aws:events:eu-west-1:111122223333:event-bus/dns FAIRLEAD_SERVICE=fairlead-prod';
    expect(commands(PLAIN, false, { ...OUTPUTS, ...stream }).at(-1)).toBe(exported);
    expect(commands(PLAIN).join()).not.toContain('FAIRLEAD_EVENT_BUS');
    const env = { AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'fairlead', FAIRLEAD_STATE_BUCKET: OWN_BUCKET };
    const config = parseConfig(PLAIN, { file: 'fairlead.yml', env });
    const all = nextSteps({ config, stage: 'prod', region: 'eu-west-1', paused: false, outputs: stream });
    expect(all.at(-1)?.commands).toEqual(['export FAIRLEAD_STATE_BUCKET=bucket', exported]);
  });

  it('without a webhook, nothing is said of forwarders', () => {
    expect(commands(PLAIN, false, { ReconcileRoleArn: ROLE }).join()).not.toContain('forwarder');
  });
});

describe('the commands that sls deploy tells', () => {
  const lines = [...commands(FAR, true), ...commands(PLAIN)];
  const words = lines.flatMap(commandsOf);

  it('are there', () => expect(lines.length).toBeGreaterThan(7));

  it('name stage and region wherever sls needs them to find the stack, and functions that there are', () => {
    for (const one of words.filter(([first, second]) => first === 'npx' && second === 'sls')) checkSls(one, true);
  });

  it('name templates that there are, their parameters, and the region', () => {
    for (const one of words.filter(([first]) => first === 'aws')) checkTemplate(one);
  });

  it('name files that there are, and values of the chart', () => {
    for (const [, file = ''] of lines.join('\n').matchAll(/\s(infra\/\S+)/g)) expect(existsSync(file), file).toBe(true);
    for (const one of words.filter(([first]) => first === 'helm')) checkHelm(one);
  });
});
