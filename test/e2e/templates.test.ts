import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Template, templateFaults } from '../../infra/check-template.ts';
import { cfnLint } from '../../scripts/python.ts';
import { sls } from '../../scripts/sls.ts';

const MINIMAL = 'clusters: [{name: prod}]\nzones: {domains: [example.com]}';
const SHARDS = `clusters: [${Array.from({ length: 7 }, (_, n) => `{name: c${n}, owner: o${n}}`)}]
shards: [${Array.from({ length: 6 }, (_, n) => `{name: s${n}, clusters: [c${n}]}`)}]`;
const FAR = `clusters: [{name: prod, eksName: live, roleArn: "arn:aws:iam::222222222222:role/read", externalId: abc}]
zones: {domains: [example.com], excludeDomains: [x.example.com], ids: [Z1], roleArn: "arn:aws:iam::333333333333:role/zones"}
state: {store: "s3://other/x"}`;
const VIEWS = `clusters: [{name: prod, roleArn: "arn:aws:iam::222222222222:role/read", externalId: abc}]
zones: {domains: [example.com]}
views:
- {name: outside, zones: {type: public, excludeDomains: [x.example.com]}, filters: {namespaces: [shop]}}
- {name: inside, zones: {type: private}, records: {types: [A, TXT]}, policy: upsert-only}
- {name: shop, owner: shop, zones: {ids: [Z2], roleArn: "arn:aws:iam::333333333333:role/zones", externalId: one}}
- {name: lab, zones: {domains: [lab.example.net], roleArn: "arn:aws:iam::444444444444:role/zones", externalId: two}}`;
/** As many as a role's policy has room for, each with its own domain and zone. */
const MANY_VIEWS = `clusters: [{name: prod}]
views: [${Array.from({ length: 10 }, (_, n) => `{name: v${n}, zones: {domains: [team-${n}.example.com], ids: [Z0123456789ABCDEF${n}]}}`)}]`;
const MANY = `clusters: [${Array.from({ length: 150 }, (_, n) => `{name: cluster-number-${n}}`)}]`;
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666';

const lint = await cfnLint(['infra/eks-access.yml']);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-templates-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('whatever is chosen, the template is one that CloudFormation takes', () => {
  it.skipIf(lint === undefined).each<[string, string, readonly string[]]>([
    ['the defaults', MINIMAL, []],
    ['paused, without a webhook, told of nothing', MINIMAL, ['schedule=none', 'webhook=none']],
    [
      'hmac, and a topic',
      MINIMAL,
      ['webhook=hmac', 'webhookSecret=ssm:/fairlead/webhook', 'alarmTopic=arn:aws:sns:eu-west-1:111122223333:ops'],
    ],
    [
      'a VPC, tracing, concurrency',
      MINIMAL,
      [
        'subnets=subnet-0123456789abcdef0',
        'securityGroups=sg-0123456789abcdef0',
        'tracing=Active',
        'concurrency=auto',
        'webhookConcurrency=5',
      ],
    ],
    ['seven shards, once a day', SHARDS, ['schedule=cron(0 3 * * ? *)', 'drift=cloudtrail', 'eventBus=dns']],
    [
      'other accounts, a bucket and a key of one’s own, roles bound',
      FAR,
      [`stateKey=${KEY}`, 'drift=cloudtrail', 'webhookClusters=arn:aws:iam::222222222222:role/f=prod'],
    ],
    ['views, with their own accounts', VIEWS, ['drift=cloudtrail', 'auditClusters=prod']],
    ['ten views', MANY_VIEWS, ['drift=cloudtrail']],
    ['a hundred and fifty clusters', MANY, ['auditClusters=cluster-number-1']],
  ])('%s', async (_rule, config, params) => {
    const file = join(folder, 'fairlead.yml');
    const output = join(folder, 'package');
    await writeFile(file, config);
    const all = [`config=${file}`, ...params].flatMap(param => ['--param', param]);
    await sls(['package', '--package', output, '--stage', 'e2e', '--region', 'eu-west-1', ...all]);
    const path = join(output, 'cloudformation-template-update-stack.json');
    expect(await cfnLint([path])).toBe('');
    const template: Template = JSON.parse(await readFile(path, 'utf8'));
    // Zips are looked at by `npm run package`.
    expect(templateFaults(template, {}).filter(fault => !/its zip has no/.test(fault))).toEqual([]);
  });
});
