// `npm run package`: packages as `sls deploy` would, with every part of the stack, then opens the real zips and calls their
// handlers the way Lambda does. For fairlead.yml where there is one, for the example of it otherwise; and for a config with views.
import { rm } from 'node:fs/promises';
import { type Checks, checksOf, viewsChecksOf } from './package/checks.ts';
import { openPackage, type Package } from './package/open.ts';
import { VIEWS_CONFIG } from './package/views.ts';
import { allParts, deployedConfig, root, sls } from './sls.ts';

const OUTPUT = '.serverless';

async function checkAll(made: Package, all: Checks<Package>): Promise<number> {
  const checks = Object.entries(all);
  let failed = 0;
  for (const [name, check] of checks) {
    try {
      const figure = await check(made);
      console.log(figure === undefined ? `✓ ${name}` : `✓ ${name} (${figure})`);
    } catch (error) {
      failed += 1;
      console.log(`✗ ${name}\n    ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  return failed;
}

async function packageAndCheck(config: string, checks: (made: Package) => Checks<Package>): Promise<boolean> {
  const args = allParts(config);
  console.log(`sls package ${args.join(' ')}`);
  await sls(['package', '--package', OUTPUT, ...args]);
  const made = await openPackage(`${root}${OUTPUT}`);
  try {
    return (await checkAll(made, checks(made))) === 0;
  } finally {
    await rm(made.folder, { recursive: true });
  }
}

const views = await packageAndCheck(VIEWS_CONFIG, viewsChecksOf);
// Last, so that what is left in the folder is what would be deployed.
const own = await packageAndCheck(deployedConfig(), checksOf);
process.exitCode = views && own ? 0 : 1;
