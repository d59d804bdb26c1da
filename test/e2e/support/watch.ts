import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOR_A_POD } from '../../../forwarder/program/api-server.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openConnection } from '../../../lib/cluster/connection.ts';
import { kubeConfigFromFile } from '../../../lib/cluster/kubeconfig.ts';
import { WATCH_PACE, watchAll } from '../../../lib/cluster/watch.ts';
import { kubeconfig } from './kube.ts';
import { untilAllowed } from './rights.ts';
import { CLUSTER, type Stage } from './stage.ts';

/** What a watch of Services told. */
export interface Watched {
  /** `ADDED a`, in order; a listing is `listed`. */
  readonly told: readonly string[];
  /** The reasons of ends, with what was said. */
  readonly ends: readonly string[];
  stop(): Promise<void>;
}

const FORWARDER = { user: 'system:serviceaccount:default:forwarder', groups: [] };

/** The token of a service account that has the ClusterRole fairlead, as the forwarder's has. */
export async function serviceAccountToken({ kube }: Stage): Promise<string> {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await kube.admin.send('POST', accounts, { metadata: { name: 'forwarder' } });
  await kube.admin.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'forwarder', namespace: '' },
    ...{ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'fairlead' } },
    ...{ subjects: [{ kind: 'ServiceAccount', name: 'forwarder', namespace: 'default' }] },
  });
  await untilAllowed(kube.admin, FORWARDER, [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }]);
  const { body } = await kube.admin.send('POST', `${accounts}/forwarder/token`, { spec: {} });
  return body.status.token;
}

/** Watches Services through an API server's address, over the connection that the forwarder opens. */
export async function startWatch(
  { folder }: Stage,
  { url: server, caData }: { readonly url: string; readonly caData: string },
  token: string,
): Promise<Watched> {
  const file = join(folder, 'watch-kubeconfig');
  await writeFile(file, kubeconfig(server, caData, token), { mode: 0o600 });
  const connection = openConnection(await kubeConfigFromFile({ name: CLUSTER, kubeconfig: file }), {
    label: CLUSTER,
    hint: '',
  });
  const stopping = new AbortController();
  const told: string[] = [];
  const ends: string[] = [];
  const nameOf = (object: unknown) => (object as { metadata: { name: string } }).metadata.name;
  const done = watchAll({
    connection,
    label: `cluster ${CLUSTER}`,
    resource: 'service',
    clock: systemClock,
    signal: stopping.signal,
    advice: FOR_A_POD,
    pace: { ...WATCH_PACE, longestWaitMs: 1_000 },
    observer: {
      begin() {},
      page() {},
      alive() {},
      listed: () => void told.push('listed'),
      changed: (type, object) => void told.push(`${type} ${nameOf(object)}`),
      ended: (reason, _, error) => void ends.push(`${reason}: ${error?.message ?? ''}`),
    },
  });
  return {
    told,
    ends,
    async stop() {
      stopping.abort();
      await done;
      connection.close();
    },
  };
}
