import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-leash-'));
});
afterEach(() => rm(folder, { recursive: true }));

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a forwarder does not outlive its parent, even one that was killed', async () => {
  const pidFile = join(folder, 'pid');
  const program = join(folder, 'program.mjs');
  await writeFile(
    program,
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(pidFile)}, String(process.pid));\nsetInterval(() => {}, 1000);`,
  );
  const forwarder = new URL('../../../local/forwarder/forwarder.ts', import.meta.url).href;
  const parent = `
    import { startForwarder } from ${JSON.stringify(forwarder)};
    const cluster = { name: 'c', kubeconfig: () => '{}' };
    startForwarder({ program: ${JSON.stringify(program)}, cluster, config: { records: {}, views: [] }, webhookUrl: 'http://127.0.0.1', env: {} });`;
  const env = { PATH: process.env.PATH, TMPDIR: folder };
  const started = execFile(process.execPath, ['--input-type=module', '--eval', parent], { env });
  const pid = await vi.waitFor(
    async () => Number(await readFile(pidFile, 'utf8')) || Promise.reject(new Error('not yet')),
    { timeout: 25_000 },
  );
  expect(isAlive(pid)).toBe(true);
  started.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 25_000 });
});

test('Ctrl-C, which a terminal sends to all that it runs, ends it in its turn, and it is not told as lost', async () => {
  const program = join(folder, 'program.mjs');
  const end = (signal: string) => `process.on('${signal}', () => { console.log('${signal}'); process.exit(); });`;
  await writeFile(program, `${end('SIGINT')}${end('SIGTERM')}setInterval(() => {}, 1000);console.log('ready');`);
  const replaceable = new URL('../../../local/forwarder/replaceable.ts', import.meta.url).href;
  const parent = `
    import { startReplaceable } from ${JSON.stringify(replaceable)};
    const cluster = { name: 'c', kubeconfig: () => '{}' };
    const onLog = text => process.stdout.write(text);
    const forwarder = startReplaceable({ program: ${JSON.stringify(program)}, cluster, config: { records: {}, views: [] }, webhookUrl: 'http://127.0.0.1', env: {}, onLog });
    forwarder.onLost(() => console.log('lost'));
    process.on('SIGINT', () => setTimeout(() => forwarder.close().then(() => process.exit()), 500));`;
  const env = { PATH: process.env.PATH, TMPDIR: folder };
  // A group of its own, as a shell gives each command.
  const started = spawn(process.execPath, ['--input-type=module', '--eval', parent], { env, detached: true });
  let said = '';
  started.stdout.on('data', part => {
    said += part;
  });
  const ended = once(started, 'exit');
  await vi.waitFor(() => expect(said).toBe('ready\n'), { timeout: 25_000 });
  process.kill(-(started.pid ?? 0), 'SIGINT');
  await ended;
  expect(said).toBe('ready\nSIGTERM\n');
});
