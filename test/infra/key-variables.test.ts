import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkKeyVariables } from '../../infra/key-variables.ts';
import Plugin from '../../infra/plugin.ts';
import { parseConfig } from '../../lib/config/index.ts';

const text = (key: string) => `clusters: [{name: demo, region: eu-west-1}]\nregistry: {encryptionKey: ${key}}\n`;
const configOf = (key: string) => parseConfig(text(key), { file: 'fairlead.yml', env: {} });

describe('a key in a variable is deployed only where the function has the variable', () => {
  test.each([
    ['ssm:/dns/key', {}],
    ['[plain, ssm:/dns/old]', {}],
    ['env:KEY', { KEY: 'x' }],
    ['[env:NEW, "env:OLD"]', { NEW: 'x', OLD: 'y' }],
  ])('%s with %j', (key, environment) => {
    expect(() => checkKeyVariables(configOf(key), environment)).not.toThrow();
  });

  test.each([
    ['env:KEY', {}, /the function has no variable KEY: .*ssm:NAME.* add "KEY: \$\{env:KEY\}" to functions\.reconcile/],
    ['env:KEY', { KEY: null }, /no variable KEY/],
    ['[env:NEW, "env:OLD"]', { NEW: 'x' }, /no variable OLD: /],
    ['[ssm:/dns/new, env:OLD, env:OLDER]', {}, /no variable OLD, OLDER: .*"OLD: .*" and "OLDER: /],
  ])('%s with %j is refused', (key, environment, message) => {
    expect(() => checkKeyVariables(configOf(key), environment)).toThrow(message);
  });

  test('before anything is built, by `sls deploy`, `sls package` and `sls deploy function`', async () => {
    const config = join(mkdtempSync(join(tmpdir(), 'fairlead-')), 'fairlead.yml');
    await writeFile(config, text('env:KEY'));
    const { hooks } = new Plugin({
      serviceDir: '/nowhere',
      service: {
        custom: { deployment: { config, shards: {} } as never },
        provider: { environment: { OTHER: 'x' } },
        functions: { reconcile: { environment: { FAIRLEAD_CONFIG: 'x' } } },
        getFunction: () => ({}),
      },
      getProvider: () => ({ getRegion: () => 'eu-west-1' }) as never,
    });
    for (const hook of ['before:package:createDeploymentArtifacts', 'before:deploy:function:packageFunction'])
      await expect(hooks[hook]?.()).rejects.toThrow(/no variable KEY/);
  });
});
