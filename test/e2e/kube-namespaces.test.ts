import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isSigned } from '../../lib/notice/index.ts';
import { renderChart } from '../../scripts/helm.ts';
import { findProgram } from '../../scripts/real/programs.ts';
import { root } from '../../scripts/sls.ts';
import { Pod } from '../forwarder/pod.ts';
import { startWebhook, type Webhook } from '../forwarder/webhook.ts';
import { type KubernetesObject, service } from '../support/objects.ts';
import { kubeconfig } from './support/kube.ts';
import { until } from './support/process.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';

const helm = await findProgram('helm');
const SECRET = 'a secret of 32 characters, or more';
const NAMESPACES = ['one', 'two', 'three', 'four'];
const ROLES = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

describe.skipIf(withoutKube || helm === undefined)(
  'a forwarder with the rights of some namespaces, under real RBAC',
  () => {
    let stage: Stage;
    let receiver: Webhook;
    let pod: Pod | undefined;
    beforeAll(async () => {
      stage = await openStage();
      receiver = await startWebhook(({ body, headers }) =>
        isSigned(body.toString(), headers as Record<string, string | undefined>, [SECRET], Date.now()),
      );
      await writeFile(join(stage.folder, 'secret'), SECRET);
      const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, namespace: '' } });
      await stage.kube.admin.apply(...[...NAMESPACES, 'fairlead'].map(namespace));
    });
    afterAll(async () => {
      await receiver?.close();
      await stage?.close();
    });
    afterEach(async () => {
      await pod?.close();
    });

    /** What the chart makes for these namespaces. */
    async function chart(...namespaces: readonly string[]) {
      const rendered = await renderChart(helm ?? '', '--set', `filters.namespaces={${namespaces}}`);
      return parseAllDocuments(rendered).map(document => document.toJS() as KubernetesObject & { data: object });
    }

    /** The forwarder with the chart's settings for some namespaces, and its roles for others. */
    async function start(settingsFor: readonly string[], rolesFor: readonly string[]): Promise<Pod> {
      const { admin, url, caData } = stage.kube;
      const made = await chart(...rolesFor);
      await admin.apply(...made.filter(({ kind }) => kind === 'ServiceAccount' || ROLES.includes(kind)));
      await until('the roles count', async () =>
        (await Promise.all(rolesFor.map(namespace => may('watch', 'services', namespace)))).every(Boolean),
      );
      const tokens = '/api/v1/namespaces/fairlead/serviceaccounts/fairlead-forwarder/token';
      const { token } = (await admin.send('POST', tokens, { spec: {} })).body.status;
      const config = (await chart(...settingsFor)).find(({ kind }) => kind === 'ConfigMap')?.data as {
        'forwarder.json': string;
      };
      const webhook = { url: receiver.url, auth: 'hmac', secretFile: join(stage.folder, 'secret') };
      const settings = { ...JSON.parse(config['forwarder.json']), webhook, port: 0, host: '127.0.0.1' };
      const access = { kubeconfig: () => kubeconfig(url, caData, token) };
      const started = new Pod(`${root}dist/forwarder/forwarder.js`, settings, access);
      pod = started;
      return started;
    }

    const web = (namespace: string, address: string) =>
      service('web', { hostname: `${namespace}.example.com` }, [address], namespace);
    const told = (since: number) =>
      receiver.taken.slice(since).flatMap(({ objects = [] }) => objects.map(one => one.namespace));
    const may = async (verb: string, resource: string, namespace?: string) => {
      const { body } = await stage.kube.admin.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        spec: {
          user: 'system:serviceaccount:fairlead:fairlead-forwarder',
          resourceAttributes: { verb, resource, ...(namespace !== undefined && { namespace }) },
        },
      });
      return body.status.allowed as boolean;
    };

    test('tells of a change in either, not of one in a third, and needs no right there', async () => {
      const { admin } = stage.kube;
      await admin.apply(...['one', 'two', 'three'].map(namespace => web(namespace, '203.0.113.1')));
      const started = await start(['one', 'two'], ['one', 'two']);
      expect(await Promise.all([may('watch', 'services', 'one'), may('watch', 'services', 'two')])).toEqual([
        true,
        true,
      ]);
      expect(
        await Promise.all([may('list', 'services', 'three'), may('list', 'services'), may('list', 'pods')]),
      ).toEqual([false, false, false]);
      await started.atRest();
      for (const namespace of ['one', 'two']) {
        const since = receiver.taken.length;
        await admin.apply(web('three', '203.0.113.9'));
        await admin.apply(web(namespace, '203.0.113.2'));
        await until(`the change in ${namespace} is told`, () => told(since).length > 0);
        expect(new Set(told(since))).toEqual(new Set([namespace]));
      }
      expect(started.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    });

    test('says which Role is missing, goes on with the others, and watches as soon as it is there', async () => {
      const { admin } = stage.kube;
      await admin.apply(web('four', '203.0.113.1'));
      const started = await start(['four', 'one'], ['one']);
      const refused = () =>
        started.said('watch ended').filter(({ kind, reason }) => kind === 'service' && reason === 'forbidden');
      await until('it says so', () => refused().length > 0);
      expect(refused()[0]).toMatchObject({ level: 'error', namespace: 'four' });
      expect(String(refused()[0]?.error)).toMatch(
        /cannot list resource "services".* in the namespace "four".*bind the forwarder's Role of the namespace four/,
      );
      await started.atRest('service in four', 'ingress in four');
      let since = receiver.taken.length;
      await admin.apply(web('one', '203.0.113.3'));
      await until('the other namespace is told of', () => told(since).includes('one'));

      since = receiver.taken.length;
      await admin.apply(...(await chart('four')).filter(({ kind }) => ROLES.includes(kind)));
      await until('anything may be new', () =>
        receiver.taken.slice(since).some(({ objects }) => objects === undefined),
      );
      await started.atRest();
      since = receiver.taken.length;
      await admin.apply(web('four', '203.0.113.4'));
      await until('it is told of', () => told(since).includes('four'));
    });
  },
);
