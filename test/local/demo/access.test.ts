import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { exportsOf, writeAccess } from '../../../local/demo/access.ts';
import { startWorld, type World } from '../../../local/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.addCluster({ name: 'demo' });
});
afterAll(() => world.close());

test('a shell that sources the file has the world’s environment, and a kubeconfig of the cluster', () => {
  const access = writeAccess(world, { MORE: "it's" });
  const said = execFileSync('sh', [
    '-c',
    `. '${access.file}'; printf '%s|' "$AWS_ENDPOINT_URL" "$AWS_REGION" "$MORE" "$KUBECONFIG"`,
  ]);
  const [endpoint, region, more, kubeconfig = ''] = String(said).split('|');
  expect([endpoint, region, more]).toEqual([world.url, world.region, "it's"]);
  expect(parse(readFileSync(kubeconfig, 'utf8')).clusters[0].cluster.server).toBe(world.clusters.get('demo')?.url);
  expect(statSync(access.file).mode & 0o077).toBe(0);
  access.remove();
  expect(existsSync(access.file)).toBe(false);
});

test('what a shell would read in a value stands for itself', () => {
  expect(exportsOf({ A: '$(rm) `x` "y"' })).toEqual([`export A='$(rm) \`x\` "y"'`]);
});
