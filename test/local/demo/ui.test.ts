import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { startPages } from '../../../local/demo/ui.ts';
import { startWorld } from '../../../local/world.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CONFIG = `${ROOT}examples/fairlead.yml`;
const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

test('the pages end when they are closed', async () => {
  const world = await startWorld();
  const pages = await startPages(world, { bucket: 'state' }, CONFIG);
  expect(await answers(pages.url)).toBe(true);
  await pages.close();
  expect(await answers(pages.url)).toBe(false);
  await world.close();
});

test('and when what started them is gone, however that came about', async () => {
  const program = `
    import { startPages } from '${ROOT}local/demo/ui.ts';
    import { startWorld } from '${ROOT}local/world.ts';
    console.log((await startPages(await startWorld(), { bucket: 'state' }, '${CONFIG}')).url);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [url] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  expect(await answers(url)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(async () => expect(await answers(url)).toBe(false), { timeout: 60_000, interval: 100 });
});
