import { vi } from 'vitest';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';

/** A local world with one cluster, `prod`; the environment leads to it, and to nothing else of AWS. */
export async function startProd(): Promise<{ world: World; cluster: LocalCluster }> {
  for (const name of Object.keys(process.env).filter(key => key.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  const world = await startWorld();
  for (const [name, value] of Object.entries(world.env())) vi.stubEnv(name, value);
  return { world, cluster: await world.addCluster({ name: 'prod' }) };
}
