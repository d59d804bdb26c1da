import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/index.ts';
import { composePorts, reconcile, undo } from '../../lib/reconcile/index.ts';
import { historySource, lookAtWorld, startUi } from '../../lib/ui/index.ts';
import { startWorld, type World } from '../../local/world.ts';
import { chromiumPath } from '../../scripts/real/chromium.ts';
import { NLB, service } from '../support/objects.ts';

/** With SCREENSHOTS=1 the picture of the README is made anew. */
const PICTURES =
  process.env.SCREENSHOTS === undefined ? undefined : fileURLToPath(new URL('../../docs/images/', import.meta.url));

let world: World;
let browser: Browser;
let url: string;
let fails = false;
const open: (() => Promise<void>)[] = [];

/** A world in which something is published, something waits and something is refused. */
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-pages-'));
  open.push(() => rm(folder, { recursive: true }));
  world = await startWorld({
    throttle: false,
    zones: [
      { name: 'example.com.', records: [{ name: 'www.example.com.', type: 'A', ttl: 60, values: ['192.0.2.1'] }] },
      { name: 'shop.example.com.', records: [] },
    ],
  });
  open.push(() => world.close());
  const cluster = await world.addCluster({ name: 'prod-eu' });
  cluster.apply(service('web', { hostname: 'web.shop.example.com' }, [NLB]));
  cluster.apply(service('api', { hostname: 'api.example.com' }, ['203.0.113.7']));
  cluster.apply(service('gone', { hostname: 'gone.example.com' }, ['203.0.113.10']));
  Object.assign(process.env, world.env());
  const text = `owner: platform\nclusters: [{name: prod-eu, region: ${world.region}}, {name: gone, region: ${world.region}}]\nzones: {domains: [example.com]}\nstate: {store: ${folder}}\n`;
  const config = parseConfig(text, { file: 'fairlead.yml', env: {} });
  const ports = { ...composePorts(config, process.env), holder: 'run-1' };
  await reconcile({ mode: 'sync', force: false }, { config, ports, by: 'notice', noticedAt: Date.now() - 1_000 });
  const person = { config, ports: { ...ports, holder: 'undo-1' } };
  await undo({ what: ['gone.example.com'] }, 0, person, async () => true);
  cluster.apply(service('api', { hostname: 'api.example.com' }, ['203.0.113.8']));
  cluster.apply(service('site', { hostname: 'www.example.com' }, ['203.0.113.9']));
  const look: Parameters<typeof startUi>[0]['look'] = glance =>
    fails ? Promise.reject(new Error('no credentials')) : lookAtWorld(config, ports, glance);
  const ui = await startUi({ look, history: historySource(config, ports), token: 'token', maxAgeMs: 3_600_000 });
  open.push(ui.close);
  url = ui.url;
  browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
  open.push(() => browser.close());
});

afterAll(async () => {
  for (const close of open.reverse()) await close();
});

/** A page, with what its browser complains of. */
async function visit(path: string, options: Parameters<Browser['newPage']>[0] = {}) {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  const response = await page.goto(url + path);
  return { page, complaints, status: response?.status() };
}

/** WCAG 2.2 A and AA, by axe-core. It is run past the page's policy, which lets nothing run. */
async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate(
    `${axe.source}; axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  )) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(node => node.html)
        .join(' ')
        .slice(0, 300)}`,
  );
}

const PAGES = [
  '',
  'plan',
  'findings',
  'records',
  'records?q=is%3Aours',
  'name?n=www.example.com',
  'name?n=api.example.com',
  'name?n=gone.example.com',
  'runs',
  'run?r=run-1',
  'run?r=undo-1',
  'run?r=nobody',
  'nothing',
];

describe('the pages in a real browser', () => {
  it.each(PAGES)(
    '/%s: accessible in both colour schemes, on a desktop and a phone, and nothing is complained of',
    async path => {
      const { page, complaints } = await visit(path, { viewport: { width: 1280, height: 900 } });
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 390],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        expect(await faultsOf(page)).toEqual([]);
        const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await page.evaluate(wider)).toBe(0);
        // On a phone no table has to be pushed to the side to be read.
        const pushed =
          "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth).length";
        if (width === 390) expect(await page.evaluate(pushed)).toBe(0);
      }
      expect(complaints.filter(text => !(path === 'nothing' && text.includes('404')))).toEqual([]);
      await page.close();
    },
  );

  it('lead to each other: every link of every page is answered', async () => {
    const page = await browser.newPage();
    const seen = new Set<string>();
    const queue = [url];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const response = await page.goto(next);
      expect({ next, status: response?.status() }).toEqual({ next, status: 200 });
      const links = await page
        .locator('a[href]')
        .evaluateAll(all => all.map(one => (one as unknown as { href: string }).href.replace(/#.*/, '')));
      queue.push(...links.filter(link => link.startsWith(url)));
    }
    expect(seen.size).toBeGreaterThan(10);
    await page.close();
  });

  it('can be used by the keyboard alone: from the search to a name and why it is not there', async () => {
    const { page } = await visit('records');
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('www.example');
    await page.keyboard.press('Enter');
    // The page before has that link, too.
    await page.waitForURL('**/records?*');
    await page.getByRole('link', { name: 'www.example.com' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/name?*');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('www.example.com');
    expect(await page.getByText('carries no ownership record').count()).toBe(1);
    await page.close();
  });

  it('show what runs did: from the timeline to a run, to a name of it, and how it is put back', async () => {
    const { page } = await visit('runs');
    await page
      .getByRole('region', { name: 'From the change in a cluster' })
      .getByText(/\d\.\d s/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'run-1', exact: true }).click();
    await page.waitForURL('**/run?r=run-1');
    expect(await page.getByText('npx fairlead undo run-1 --dry-run').count()).toBe(1);
    await page.getByRole('link', { name: 'gone.example.com' }).click();
    await page.waitForURL('**/name?*');
    expect(await page.getByText('a person undid what the run run-1 did').count()).toBe(1);
    expect(await page.getByText('fairlead undo --release gone.example.com').count()).toBe(1);
    await page.close();
  });

  it('say what is wrong while something is, and look again when asked to', async () => {
    const { page } = await visit('');
    expect(await page.getByText('unreachable').count()).toBe(1);
    fails = true;
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('The last look failed, so this is older: no credentials').waitFor();
    fails = false;
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('The last look failed').waitFor({ state: 'detached' });
    await page.close();
  });

  it.runIf(PICTURES !== undefined)('are shown in the README', async () => {
    const { page } = await visit('', { viewport: { width: 1100, height: 700 } });
    await page.screenshot({ path: `${PICTURES}ui-overview.png` });
    await page.close();
  });
});
