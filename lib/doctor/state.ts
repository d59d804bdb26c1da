import { ago } from '../ago.ts';
import type { Config } from '../config/config.ts';
import { configsOf } from '../config/index.ts';
import type { Check } from '../model/index.ts';
import { reasonOf } from '../reason.ts';
import { clusterKey, currentLease, decodeSnapshot } from '../state/index.ts';
import { adviceOn } from './advice.ts';
import { checksOf } from './check.ts';
import { keptIn } from './kept-in.ts';
import type { DoctorPorts } from './ports.ts';

/** The state store: whether it can be written, who holds a lease, and when each cluster was last read. */
export async function stateChecks(config: Config, ports: DoctorPorts): Promise<Check[]> {
  const { store } = config.state;
  const where =
    store.kind === 's3' ? `s3://${store.bucket}/${store.prefix}` : store.kind === 'folder' ? store.path : 'memory';
  const { ok, doubt, bad } = checksOf('state', where);
  if (store.kind === 'memory') {
    return [
      doubt(
        'nothing is kept between runs of the command: each reads every zone in full',
        'give state.store a folder or the bucket of the stack',
      ),
    ];
  }
  try {
    await tryWriting(ports);
  } catch (error) {
    return [bad(`it cannot be written: ${reasonOf(error)}`, adviceOn(error, STORE[store.kind]))];
  }
  try {
    const views = configsOf(config);
    const read = views.flatMap(({ view }) => config.clusters.map(({ name }) => lastRead(name, view, ports)));
    const [leases, clusters] = await Promise.all([leasesOf(config, ports), Promise.all(read)]);
    return [ok('it can be read and written'), ...leases, ...clusters];
  } catch (error) {
    return [bad(`it cannot be read: ${reasonOf(error)}`, adviceOn(error, STORE[store.kind]))];
  }
}

const STORE = {
  folder: 'mend state.store in the config, or the rights to its folder',
  s3: 'mend the bucket (state.store, FAIRLEAD_STATE_BUCKET), or let the caller have s3:GetObject, PutObject, DeleteObject and ListBucket on it',
} as const;

async function tryWriting({ store, random }: DoctorPorts): Promise<void> {
  const key = `doctor/${random()}`;
  const version = await store.put(key, Buffer.from('{}'), undefined);
  await store.remove(key, version);
}

async function leasesOf({ shards }: Config, { store, now }: DoctorPorts): Promise<Check[]> {
  const checks = shards.map(async ({ name }): Promise<Check[]> => {
    const lease = await currentLease(store, name, now());
    if (!lease) return [];
    const { ok } = checksOf('state', `shard ${name}`);
    return [ok(`a run is at work (${lease.holder}), at the latest until ${new Date(lease.expiresAt).toISOString()}`)];
  });
  return (await Promise.all(checks)).flat();
}

/** A snapshot is written when it changes, so its age says nothing of the runs. */
async function lastRead(cluster: string, view: string | undefined, { store, now }: DoctorPorts): Promise<Check> {
  const of = view === undefined ? '' : `, view ${view}`;
  const { ok, unknown } = checksOf('state', `cluster ${cluster}${of}`);
  const kept = await keptIn(store, clusterKey(cluster, view), decodeSnapshot);
  if (kept === undefined) return unknown('no run has read it yet, as far as the state knows');
  const asked = kept.snapshot.endpoints.length;
  return ok(`${asked} record sets are asked for; that changed ${ago(kept.readAt, now())}`);
}
