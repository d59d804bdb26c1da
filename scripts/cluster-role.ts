// `npm run -s cluster-role -- [fairlead.yml]`: prints the roles for a config; without one, infra/cluster-role.yaml.
import { clusterRole, rolesFor } from '../infra/cluster-role.ts';
import { ConfigError, loadConfig } from '../lib/config/index.ts';
import { SOURCE_DEFAULT } from '../lib/sources/index.ts';

const [file] = process.argv.slice(2);
try {
  process.stdout.write(file === undefined ? clusterRole(SOURCE_DEFAULT) : rolesFor(loadConfig(file, process.env)));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
