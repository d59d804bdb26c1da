import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-old-node-'));
  await writeFile(join(folder, 'fairlead.yml'), 'owner: arena\nclusters: [{name: prod, region: us-east-1}]\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** Says that this Node is an older one: what is printed depends on that alone. */
const pretend = (version: string) =>
  `data:text/javascript,Object.defineProperty(process,"version",{value:"v${version}"});Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;

/** What a plan prints on standard error, where no AWS answers. */
function plan(version: string, more: Record<string, string> = {}): string {
  const env = {
    ...{ PATH: process.env.PATH, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', ...more },
  };
  const args = ['--import', pretend(version), inject('command'), 'plan'];
  return spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' }).stderr;
}

test('a command says nothing of what the SDK’s later versions will need of Node', () => {
  const said = plan('20.20.2');
  expect(said).toMatch(/^fairlead: .*ECONNREFUSED.*\n$/);
  // The SDK has the warning, and gives it to whoever wants it.
  const warned = plan('20.20.2', { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'false' });
  expect(warned).toMatch(/AWS SDK/);
});

test('a Node that is too old is told so, and nothing else is done', () => {
  expect(plan('18.20.0')).toBe('fairlead needs Node.js 20 or later, and this is v18.20.0\n');
});
