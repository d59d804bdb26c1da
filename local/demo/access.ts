import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary.ts';
import type { World } from '../world.ts';

/** What another terminal needs to use a world: its environment as a file to be sourced, with a kubeconfig of every cluster. */
export interface WorldAccess {
  /** Absolute path. */
  readonly file: string;
  readonly variables: Readonly<Record<string, string>>;
  remove(): void;
}

/** Writes the files, which only this user can read, and which go with the process. `more`: variables besides AWS's own. */
export function writeAccess(world: World, more: Readonly<Record<string, string>> = {}): WorldAccess {
  const folder = temporaryFolder('world');
  const kubeconfigs = [...world.clusters.values()].map(cluster => {
    const path = join(folder.path, `${cluster.name}.kubeconfig`);
    writeFileSync(path, cluster.kubeconfig(), { mode: 0o600 });
    return path;
  });
  // AWS_DEFAULT_REGION: what version 1 of the AWS CLI reads.
  const variables = { ...world.env(), AWS_DEFAULT_REGION: world.region, KUBECONFIG: kubeconfigs.join(':'), ...more };
  const file = join(folder.path, 'env');
  writeFileSync(file, `${exportsOf(variables).join('\n')}\n`, { mode: 0o600 });
  return { file, variables, remove: folder.remove };
}

/** As a POSIX shell reads them. */
export function exportsOf(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`);
}
