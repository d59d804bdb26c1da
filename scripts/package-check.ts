// `npm run package`: packages as `sls deploy` would, with every part of the stack, then opens the real zips and calls their
// handlers the way Lambda does. For fairlead.yml where there is one, for the example of it otherwise.
import { rm } from 'node:fs/promises';
import { checksOf } from './package/checks.ts';
import { openPackage, type Package } from './package/open.ts';
import { allParts, deployedConfig, root, sls } from './sls.ts';

const OUTPUT = '.serverless';

async function checkAll(made: Package): Promise<number> {
  const checks = Object.entries(checksOf(made));
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

const args = allParts(deployedConfig());
console.log(`sls package ${args.join(' ')}`);
await sls(['package', '--package', OUTPUT, ...args]);
const made = await openPackage(`${root}${OUTPUT}`);
try {
  process.exitCode = (await checkAll(made)) === 0 ? 0 : 1;
} finally {
  await rm(made.folder, { recursive: true });
}
