import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { RunResult } from '../../lib/model/index.ts';
import { invokePackaged } from '../../scripts/package/invoke.ts';
import { logicalId } from '../../scripts/package/open.ts';
import { readZip, unpack } from '../../scripts/package/zip.ts';
import { builtPath } from '../../scripts/real/programs.ts';
import { root } from '../../scripts/sls.ts';
import { blocksOf } from '../docs/blocks.ts';
import { hasProgram } from '../docs/checks.ts';
import { type Moto, startMoto } from './moto.ts';
import { type FilledMoto, fillGaps } from './support/moto-gaps.ts';

// docs/install.md, followed to the letter: its blocks, in their order, in a copy of the project, against moto. What a step prints
// is what stands for the next one's placeholders. Docker and kubectl are what is beyond the edge: their stand-ins keep what they get.

const REGION = 'eu-west-1';
const ROLE = `arn:aws:iam::123456789012:role/fairlead-prod-${REGION}`;
const OUTPUTS = {
  ReconcileRoleArn: ROLE,
  WebhookFunctionArn: `arn:aws:lambda:${REGION}:123456789012:function:fairlead-prod-webhook`,
  WebhookUrl: `https://abc.lambda-url.${REGION}.on.aws/`,
};
const blocks = blocksOf('docs/install.md');
const steps = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);

let moto: Moto;
let filled: FilledMoto;
let folder: string;
const kept = (name: string) => readFileSync(join(folder, 'kept', name), 'utf8');
const client = <T>(Client: new (config: object) => T): T =>
  new Client({ endpoint: moto.url, region: REGION, credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' } });

beforeAll(async () => {
  moto = await startMoto(REGION);
  filled = await fillGaps(moto.url, { invoke, outputs: stack => (stack === 'fairlead-prod' ? OUTPUTS : {}) });
  folder = mkdtempSync(join(tmpdir(), 'fairlead-install-'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files) if (existsSync(`${root}${file}`)) cpSync(`${root}${file}`, join(folder, file));
  symlinkSync(`${root}node_modules`, join(folder, 'node_modules'));
  for (const name of ['bin', 'kept']) mkdirSync(join(folder, name));
  // What would be installed is linked already, and is not to be taken away.
  program('npm', `[ "$1" = ci ] && exec ${whichOf('npm')} ci --dry-run --ignore-scripts; exec ${whichOf('npm')} "$@"`);
  program('kubectl', 'printf "%s\\n" "$*" >> kept/kubectl; cat >> kept/kubectl.stdin');
  program('docker', 'printf "%s\\n" "$*" >> kept/docker; [ "$2" = imagetools ] && echo sha256:0123; exit 0');
  // Without a cluster: what would be installed is rendered, which refuses what the chart does not know.
  const helm = existsSync(builtPath('helm'))
    ? `[ "$1" = install ] && shift && exec ${builtPath('helm')} template "$@"`
    : '';
  program('helm', `printf "%s\\n" "$*" >> kept/helm\n${helm}`);
  await client(Route53Client).send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'install' }));
});
afterAll(async () => {
  filled.close();
  await moto.stop();
  rmSync(folder, { recursive: true });
});

const whichOf = (name: string) => execFileSync('which', [name], { encoding: 'utf8' }).trim();

function program(name: string, text: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

/** Runs what `sls deploy` uploaded, as it lies in its folder. */
async function invoke(name: string, payload: unknown): Promise<unknown> {
  expect(name).toBe('fairlead-prod-reconcile');
  const template = JSON.parse(
    readFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8'),
  );
  const { Handler, Environment } = template.Resources[logicalId('reconcile')].Properties;
  const entries = await readZip(join(folder, '.serverless/reconcile.zip'));
  const unpacked = join(folder, 'kept', 'reconcile');
  await unpack(entries, unpacked);
  const texts = Object.entries<unknown>(Environment.Variables).filter(([, value]) => typeof value === 'string');
  const environment = Object.fromEntries(texts) as Record<string, string>;
  const packaged = { name: 'reconcile', entries, folder: unpacked, handler: Handler, environment } as const;
  return invokePackaged(packaged, payload, { ...environment, ...moto.env });
}

/** Runs a block as a person would who has pasted it into a shell. */
function run(text: string): Promise<string> {
  const child = spawn('sh', ['-e'], {
    cwd: folder,
    env: {
      ...process.env,
      ...moto.env,
      AWS_ENDPOINT_URL: filled.url,
      AWS_DEFAULT_REGION: 'us-east-1', // of somebody who has another one: the lines name theirs
      PATH: [join(folder, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
      ...{
        SLS_AWS_MONITORING_FREQUENCY: '200',
        SLS_NOTIFICATIONS_MODE: 'off',
        SLS_TELEMETRY_DISABLED: '1',
        NO_COLOR: '1',
      },
    },
  });
  child.stdin.end(text);
  return new Promise((resolve, reject) => {
    let said = '';
    let wrong = '';
    child.stdout.on('data', chunk => {
      said += chunk;
    });
    child.stderr.on('data', chunk => {
      wrong += chunk;
    });
    child.on('close', code => (code === 0 ? resolve(said) : reject(new Error(`${text}\n${said}${wrong}`))));
  });
}

/** What the second step printed, for the placeholders of those after it. */
let told: Readonly<Record<string, string>> = {};
const withTold = (text: string) =>
  Object.entries({ ...told, REPOSITORY: 'registry.example.com/fairlead' }).reduce(
    (line, [name, value]) => line.replaceAll(new RegExp(`(?<=[= ])${name}\\b`, 'g'), value),
    text,
  );
const schedules = async () => {
  const { Rules = [] } = await client(EventBridgeClient).send(new ListRulesCommand({}));
  return Rules.filter(({ Name = '' }) => /-Schedule-/.test(Name)).map(({ State }) => State);
};

describe.skipIf(!hasProgram('aws'))('docs/install.md, line by line', () => {
  it('has the steps that are followed here', () => expect(steps).toHaveLength(5));

  it('1. the config is written as it stands', () => {
    const [config] = blocks.filter(({ language }) => language === 'yaml');
    writeFileSync(join(folder, 'fairlead.yml'), config?.text ?? '');
  });

  it('2. deploys, paused, and prints what the next steps need', async () => {
    const said = await run(steps[0] ?? '');
    expect(await schedules()).toEqual(['DISABLED']);
    const { Role } = await client(IAMClient).send(new GetRoleCommand({ RoleName: ROLE.split('/').at(-1) }));
    const first = (pattern: RegExp) => pattern.exec(said)?.[1] ?? '';
    told = {
      ROLE: first(/ RoleArn=(\S+)/),
      ARN: first(/ WebhookFunctionArn=(\S+)/),
      URL: first(/webhook\.url=([^,\s]+)/),
    };
    expect(told).toEqual({ ROLE: Role?.Arn, ARN: OUTPUTS.WebhookFunctionArn, URL: OUTPUTS.WebhookUrl });
  });

  it('3. lets it into the cluster', async () => {
    await run(withTold(steps[1] ?? ''));
    expect(await parametersOf('fairlead-access-prod-eu')).toEqual({ ClusterName: 'prod-eu', RoleArn: ROLE });
    expect(kept('kubectl')).toBe('apply -f -\n');
    const kinds = parseAllDocuments(kept('kubectl.stdin')).map(document => document.toJS().kind);
    expect(kinds).toEqual(['ClusterRole', 'ClusterRoleBinding']);
  });

  it('4. looks before it writes, runs once, and starts the schedule', async () => {
    const [plan = '', sync = '', deploy = ''] = withTold(steps[2] ?? '')
      .trim()
      .split('\n');
    const results = [await run(plan), await run(sync)].map(text => JSON.parse(text) as RunResult);
    expect(results.map(({ mode }) => mode)).toEqual(['plan', 'sync']);
    for (const { zones } of results) expect(zones).toMatchObject([{ name: 'example.com' }]);
    await run(deploy);
    expect(await schedules()).toEqual(['ENABLED']);
  });

  it('5. brings the forwarder', async () => {
    await run(withTold(steps[3] ?? ''));
    const { WebhookFunctionArn } = OUTPUTS;
    expect(await parametersOf('fairlead-forwarder-prod-eu')).toMatchObject({
      ClusterName: 'prod-eu',
      WebhookFunctionArn,
    });
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const { appVersion } = parse(readFileSync(`${root}forwarder/chart/Chart.yaml`, 'utf8'));
    expect(appVersion).toBe(version);
    expect(kept('docker')).toContain('NODE_IMAGE=node:24-slim@sha256:0123');
    expect(kept('docker')).toContain(`-t registry.example.com/fairlead:${version} --push .`);
    expect(kept('helm')).toContain(`webhook.url=${OUTPUTS.WebhookUrl},image.repository=registry.example.com/fairlead`);
    expect(existsSync(join(folder, 'dist/forwarder/forwarder.js'))).toBe(true);
  });

  it('and takes it away', async () => {
    await run(steps[4] ?? '');
    expect(await client(LambdaClient).send(new ListFunctionsCommand({}))).toMatchObject({ Functions: [] });
  });
});

/** What a stack was made with. */
async function parametersOf(StackName: string): Promise<Record<string, string>> {
  const { Stacks } = await client(CloudFormationClient).send(new DescribeStacksCommand({ StackName }));
  const parameters = Stacks?.[0]?.Parameters ?? [];
  return Object.fromEntries(
    parameters.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
}
