// `npm run package`: packages as `sls deploy` would, then opens the real zip and calls its handler the way Lambda does.
// For fairlead.yml where there is one, for the example of it otherwise.
import { rm } from 'node:fs/promises';
import { CHECKS } from './package/checks.ts';
import { openPackage, type Package } from './package/open.ts';
import { deployedConfig, root, sls } from './sls.ts';

const OUTPUT = '.serverless';

async function checkAll(made: Package): Promise<number> {
  let failed = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      const figure = await check(made);
      console.log(figure === undefined ? `✓ ${name}` : `✓ ${name} (${figure})`);
    } catch (error) {
      failed += 1;
      console.log(`✗ ${name}\n    ${error instanceof Error ? error.message : error}`);
    }
  }
  return failed;
}

const config = deployedConfig();
console.log(`sls package --param config=${config}`);
await sls(['package', '--package', OUTPUT, '--param', `config=${config}`]);
const made = await openPackage(`${root}${OUTPUT}`);
try {
  const failed = await checkAll(made);
  console.log(`${Object.keys(CHECKS).length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(made.folder, { recursive: true });
}
