import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { rolesFor } from '../../infra/cluster-role.ts';
import { configOf } from '../support/harness.ts';
import { type KubernetesObject, service } from '../support/objects.ts';
import { until } from './support/process.ts';
import { isAllowed, RUN } from './support/rights.ts';
import { clusterRole, openStage, type Stage, withoutKube } from './support/stage.ts';

const CONFIG = 'clusters: [{name: real, region: us-east-1}]\nkubernetesEvents: true';

describe.skipIf(withoutKube)('Kubernetes Events on a real API server, with the rights of npm run cluster-role', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    await stage.clean();
    await stage.configure({ more: 'kubernetesEvents: true' });
    const { admin } = stage.kube;
    await admin.send('DELETE', '/apis/events.k8s.io/v1/namespaces/default/events');
  });

  const give = async (documents: readonly KubernetesObject[], may: boolean) => {
    await stage.kube.admin.apply(...documents);
    // RBAC takes note of a change a moment later.
    const right = { group: 'events.k8s.io', resource: 'events', verb: 'create', namespace: 'default' };
    await until('the rights are those given', async () => (await isAllowed(stage.kube.admin, RUN, right)) === may);
  };
  const withRight = () => parseAllDocuments(rolesFor(configOf(CONFIG))).map(one => one.toJS() as KubernetesObject);
  /** As `kubectl describe` shows them: reason, note and type by object. */
  const events = async () => {
    const { body } = await stage.kube.admin.send('GET', '/api/v1/namespaces/default/events');
    const ours = body.items.filter(
      (one: { reportingComponent: string }) => one.reportingComponent === 'fairlead.dev/fairlead',
    );
    return ours
      .map(
        (one: { involvedObject: { kind: string; name: string }; type: string; reason: string; message: string }) =>
          `${one.involvedObject.kind}/${one.involvedObject.name} ${one.type} ${one.reason}: ${one.message}`,
      )
      .sort() as string[];
  };
  const objects = [
    service('web', { hostname: 'www.example.com' }, ['203.0.113.1']),
    service('bad', { hostname: 'a..example.com' }, ['203.0.113.2']),
    service('wait', { hostname: 'wait.example.com' }, []),
  ];

  test('tell what was published, what is refused and why, and what waits; a second run tells nothing', async () => {
    await give(withRight(), true);
    await stage.kube.admin.apply(...objects);
    const { result } = await stage.cli('sync');
    expect(result.findings.filter(({ reason }) => reason === 'warning')).toEqual([]);
    const told = await events();
    expect(told).toEqual([
      expect.stringMatching(/^Service\/bad Warning NotPublished: .*a\.\.example\.com/),
      expect.stringMatching(/^Service\/wait Normal Held: /),
      'Service/web Normal Published: in Route 53: www.example.com (A)',
    ]);
    await stage.cli('sync');
    expect(await events()).toEqual(told);
  });

  test('without the right are none: the run does its work, and says so once', async () => {
    await give(await clusterRole(), false);
    await stage.kube.admin.apply(...objects);
    const { result } = await stage.cli('sync');
    expect(result.counts).toMatchObject({ created: 1 });
    expect(result.findings.filter(({ reason }) => reason === 'warning')).toEqual([
      expect.objectContaining({
        cluster: 'real',
        message: expect.stringMatching(/3 Kubernetes Events .*cannot create resource "events"/),
      }),
    ]);
    expect(await events()).toEqual([]);
    expect((await stage.cli('sync')).result.findings.filter(({ reason }) => reason === 'warning')).toEqual([]);
  });
});
