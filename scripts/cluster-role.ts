// `npm run -s cluster-role -- [fairlead.yml]`: prints the ClusterRole for the sources of a config; without one, infra/cluster-role.yaml.
import { clusterRole } from '../infra/cluster-role.ts';
import { loadConfig } from '../lib/config/index.ts';
import { SOURCE_DEFAULT } from '../lib/sources/index.ts';

const [file] = process.argv.slice(2);
process.stdout.write(clusterRole(file === undefined ? SOURCE_DEFAULT : loadConfig(file, process.env).sources));
