import { execFile, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startWorld, type World } from '../../local/world.ts';
import { runFairlead } from '../cli/program.ts';
import { service } from '../support/objects.ts';
import { commandsOf, INLINE, SHELL_LINES, tested } from './blocks.ts';
import { hasProgram } from './checks.ts';
import { ROOT } from './pages.ts';

// The commands of the pages, run as they stand, each page in a folder of its own with the fairlead.yml of install.md, on a
// world that has what they name.

const CLUSTER = 'prod-eu';
const isOurs = (line: string) => commandsOf(line).some(words => /^(npx )?fairlead /.test(words.join(' ')));
const pages = [...new Set(SHELL_LINES.filter(({ line }) => isOurs(line)).map(({ page }) => page))];

/** What stands for what the reader puts in. */
const FILLED: readonly (readonly [RegExp, string])[] = [
  [/\bKIND\/NAMESPACE\/NAME\b/g, 'service/shop/web'],
  [/\bNAME…/g, 'shop.example.com'],
  [/--cluster NAME\b/g, `--cluster ${CLUSTER}`],
  [/\bNAME\b/g, 'shop.example.com'],
  [/\bOWNER\b/g, 'default'],
];
const filled = (line: string, run: string) =>
  [...FILLED, [/\bRUN\b/g, run] as const].reduce((text, [pattern, value]) => text.replaceAll(pattern, value), line);

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: external-dns
          image: registry.k8s.io/external-dns/external-dns:v0.22.0
          args: [--source=service, --provider=aws, --txt-owner-id=platform, --domain-filter=example.com]
`;

let world: World;
/** DynamoDB, with a table that an ExternalDNS filled. */
let table: Server;
let top: string;

beforeAll(async () => {
  world = await startWorld({ throttle: false, region: 'eu-west-1' });
  const cluster = await world.addCluster({ name: CLUSTER, region: 'eu-west-1' });
  cluster.apply(service('web', { hostname: 'shop.example.com' }, ['203.0.113.7'], 'shop'));
  cluster.apply(service('www', { hostname: 'www.example.com' }, ['203.0.113.8'], 'shop'));
  await world.addCluster({ name: 'demo', region: 'eu-west-1' });
  const Items = [{ k: { S: 'shop.example.com#A#' }, l: { M: { resource: { S: 'service/shop/web' } } } }];
  table = createServer((_request, response) => response.end(JSON.stringify({ Items })));
  await new Promise<void>(resolve => table.listen(0, '127.0.0.1', resolve));
  top = mkdtempSync(join(tmpdir(), 'fairlead-pages-'));
  mkdirSync(join(top, 'bin'));
  program('fairlead', `exec ${process.execPath} ${inject('command')} "$@"`);
  program('npx', 'command=$1; shift; exec "$command" "$@"');
  // What is not ours: a chart of the reader's, and a cluster where ExternalDNS runs.
  const manifest = JSON.stringify(service('new', { hostname: 'new.example.com' }, ['203.0.113.9'], 'shop'));
  program('helm', `[ "$1 $2" = "template shop" ] && echo '${manifest}'`);
  program('kubectl', `[ "$4 $5" = "deployment external-dns" ] && cat ${top}/deployment.yaml`);
  writeFileSync(join(top, 'deployment.yaml'), DEPLOYMENT);
});
afterAll(async () => {
  await world.close();
  table.close();
  rmSync(top, { recursive: true });
});

const loadZone = () => world.route53.load([{ id: 'Z0EXAMPLE0000000001', name: 'example.com.', records: [] }]);

function program(name: string, text: string): void {
  const file = join(top, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** The folder of a page, with what its commands read. */
function folderOf(page: string): string {
  const folder = join(top, page.replaceAll('/', '-'));
  for (const name of ['deploy', 'examples']) mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(`${ROOT}examples/fairlead.yml`, join(folder, 'examples', 'fairlead.yml'));
  const [config] = tested('yaml').filter(one => one.page === 'docs/install.md');
  writeFileSync(join(folder, 'fairlead.yml'), `${config?.text}state: {store: ./state}\n`);
  writeFileSync(join(folder, 'deployment.yaml'), DEPLOYMENT);
  const manifest = service('web', { hostname: 'shop.example.com' }, ['203.0.113.7'], 'shop');
  writeFileSync(join(folder, 'deploy', 'web.json'), JSON.stringify(manifest));
  return folder;
}

/** What asks is answered with yes. */
const answered = (line: string) =>
  line.replace(
    /^(npx )?fairlead (adopt|transfer|import-registry|release|undo)\b(?!.* --(dry-run|release))/,
    '$& --yes',
  );

function shell(line: string, folder: string, run: string): Promise<{ code: number; out: string; err: string }> {
  const env = {
    HOME: top,
    PATH: `${join(top, 'bin')}:${process.env.PATH}`,
    NODE_NO_WARNINGS: '1',
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    ...world.env(),
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(table.address() as AddressInfo).port}`,
  };
  return new Promise(resolve => {
    execFile('sh', ['-c', filled(answered(line), run)], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe('every command line of a page runs', () => {
  it('in a page at least', () => expect(pages.length).toBeGreaterThan(4));

  it.each(pages)('%s', { timeout: 300_000 }, async page => {
    const folder = folderOf(page);
    loadZone();
    expect(await runFairlead({ world, folder }, 'sync')).toMatchObject({ code: 0 });
    const { out } = await runFairlead({ world, folder }, 'history', '--json');
    const [run = ''] = /(?<="run": ?")[^"]+/.exec(out) ?? [];
    expect(run).not.toBe('');
    const lines = SHELL_LINES.filter(one => one.page === page && isOurs(one.line)).map(({ line }) => line);
    for (const line of lines) {
      if (/ ui\b/.test(line)) {
        expect(await pagesOf(folder)).toMatch(/^http:\/\/127\.0\.0\.1:/);
        continue;
      }
      const { code, out, err } = await shell(line, folder, run);
      const said = `${line}\n${out}${err}`;
      expect([0, 2, 3], said).toContain(code);
      expect(err, said).not.toMatch(/^error: /m);
    }
  });
});

/** Where the pages of `fairlead ui` are. */
function pagesOf(folder: string): Promise<string> {
  const child = spawn(process.execPath, [inject('command'), 'ui'], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...world.env() },
  });
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
      const [url] = /http:\S+/.exec(said) ?? [];
      if (url === undefined) return;
      child.kill('SIGINT');
      resolve(url);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', () => reject(new Error(said)));
  });
}

describe('every command in a sentence has options that there are', () => {
  const named = INLINE.flatMap(({ page, line }) => commandsOf(line).map(words => [page, words] as const))
    .map(([page, words]) => [page, words[0] === 'npx' ? words.slice(1) : words] as const)
    .filter(([, [first, second = '']]) => first === 'fairlead' && !second.startsWith('-'))
    .map(([page, words]) => [page, words.join(' '), words] as const);
  const help = new Map<string, Promise<string>>();
  const helpOf = (name: string) => {
    const known = help.get(name) ?? runFairlead({ world, folder: top }, name, '--help').then(({ out }) => out);
    help.set(name, known);
    return known;
  };

  it.each(named)('%s: %s', async (_page, _text, [, name = '', ...rest]) => {
    const told = await helpOf(name);
    expect(told).toMatch(new RegExp(`^Usage: fairlead ${name}\\b`, 'm'));
    const options = rest.filter(word => /^--?[a-z]/.test(word));
    expect(options.filter(option => !new RegExp(`(^|[ ,])${option}\\b`, 'm').test(told))).toEqual([]);
  });
});

/** kubectl and the AWS CLI on the world that `npm start` opens. */
describe('what local.md runs beside the command', () => {
  const lines = SHELL_LINES.filter(({ page, line }) => page === 'docs/local.md' && /^(kubectl|aws) /.test(line));
  it('is there', () => expect(lines).toHaveLength(2));

  it.for(lines.map(({ line }) => line))('%s', async (line, { skip }) => {
    const name = line.replace(/ .*/, '');
    skip(!hasProgram(name), `there is no ${name} here`);
    loadZone();
    const kubeconfig = join(top, 'kubeconfig');
    writeFileSync(kubeconfig, world.clusters.get(CLUSTER)?.kubeconfig() ?? '');
    const env = {
      ...world.env(),
      PATH: process.env.PATH,
      KUBECONFIG: kubeconfig,
      AWS_DEFAULT_REGION: 'eu-west-1',
      HOME: top,
    };
    const said = await new Promise<string>((resolve, reject) =>
      execFile('sh', ['-c', line], { env }, (error, out) => (error ? reject(error) : resolve(out))),
    );
    expect(said).toContain(name === 'aws' ? 'example.com.' : 'shop');
  });
});
