import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isSigned } from '../../lib/notice/index.ts';
import { root } from '../../scripts/sls.ts';
import { atRest, pageOf } from '../forwarder/pod.ts';
import { startWebhook, type Webhook } from '../forwarder/webhook.ts';
import { service } from '../support/objects.ts';
import { type Program, startProgram, until } from './support/process.ts';
import { openStage, type Stage, withoutKube } from './support/stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, sent as they are
type Manifest = any;

const SECRET = 'a secret of 32 characters, or more';
const NAMESPACE = 'fairlead';
const COLLECTIONS: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
  ConfigMap: `/api/v1/namespaces/${NAMESPACE}/configmaps`,
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  NetworkPolicy: `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`,
  PodDisruptionBudget: `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`,
};

describe.skipIf(withoutKube)('forwarder/manifests on a real API server', () => {
  let stage: Stage;
  let receiver: Webhook;
  let manifests: readonly Manifest[];
  const started: Program[] = [];
  beforeAll(async () => {
    stage = await openStage();
    receiver = await startWebhook(({ body, headers }) =>
      isSigned(body.toString(), headers as Record<string, string | undefined>, [SECRET], Date.now()),
    );
    const documents = parseAllDocuments(await readFile(`${root}forwarder/manifests/forwarder.yaml`, 'utf8'));
    // The namespace goes first, as it does with kubectl.
    manifests = documents.map(document => document.toJS());
    for (const manifest of manifests) await create(COLLECTIONS[manifest.kind] ?? manifest.kind, manifest);
  });
  afterAll(async () => {
    for (const program of started) await program.stop();
    await receiver?.close();
    await stage?.close();
  });

  /** Unknown and doubled fields are refused, as kubectl does it. */
  const create = async (path: string, object: Manifest, more = '') => {
    const { status, body } = await stage.kube.admin.send('POST', `${path}?fieldValidation=Strict${more}`, object);
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const manifest = (kind: string) => manifests.find(one => one.kind === kind);

  /** The forwarder as the image runs it, with the rights of its service account. */
  const startForwarder = async (): Promise<Program> => {
    const { name } = manifest('ServiceAccount').metadata;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await create(`${COLLECTIONS.ServiceAccount}/${name}/token`, request);
    const file = (path: string) => join(stage.folder, path);
    const admin = JSON.parse(stage.kube.kubeconfig());
    admin.users[0].user.token = answer.status.token;
    await writeFile(file('kubeconfig'), JSON.stringify(admin));
    await writeFile(file('secret'), SECRET);
    const settings = JSON.parse(manifest('ConfigMap').data['forwarder.json']);
    const webhook = { url: receiver.url, auth: 'hmac', secretFile: file('secret') };
    const own = { ...settings, cluster: 'real', webhook, port: 0, host: '127.0.0.1' };
    await writeFile(file('forwarder.json'), JSON.stringify(own));
    const env = { KUBECONFIG: file('kubeconfig'), FAIRLEAD_FORWARDER_CONFIG: file('forwarder.json') };
    const [, ...args] = await command();
    const log = file(`forwarder-${started.length}.log`);
    const program = startProgram([process.execPath, ...args], { log, env });
    started.push(program);
    return program;
  };
  /** CMD of the image, on the bundle of this machine. */
  const command = async (): Promise<readonly string[]> => {
    const dockerfile = await readFile(`${root}forwarder/Dockerfile`, 'utf8');
    const words: string[] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]');
    return words.map(word => word.replace('/app/', `${root}dist/forwarder/`));
  };

  test('make a pod that the namespace, which enforces the restricted standard, lets in', async () => {
    const { metadata, spec } = manifest('Deployment').spec.template;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'as-deployed' }, spec };
    const pods = `/api/v1/namespaces/${NAMESPACE}/pods`;
    await create(pods, pod, '&dryRun=All');
    const unsafe = { ...pod, spec: { ...spec, securityContext: { ...spec.securityContext, runAsNonRoot: false } } };
    const { status, body } = await stage.kube.admin.send('POST', `${pods}?dryRun=All`, unsafe);
    expect([status, body.message]).toEqual([403, expect.stringContaining('violates PodSecurity "restricted')]);
  });

  test('give the forwarder enough rights to tell of a change', async () => {
    const forwarder = await startForwarder();
    await atRest(path => pageOf(Number(/"port":(\d+)/.exec(forwarder.log())?.[1]), path));
    expect(receiver.taken[0]).not.toHaveProperty('objects');
    const before = receiver.taken.length;
    await stage.kube.admin.apply(service('told', { hostname: 'told.example.com' }, ['203.0.113.1']));
    const told = () => receiver.taken.slice(before).flatMap(({ objects = [] }) => objects.map(({ name }) => name));
    await until('it tells of the Service', () => told().includes('told'));
    expect(forwarder.log()).not.toContain('forbidden');
    await forwarder.stop();
  });

  test.each(['services', 'ingresses'])(
    'and no more than that: without watching %s it says what is missing',
    async kind => {
      const role = `${COLLECTIONS.ClusterRole}/${manifest('ClusterRole').metadata.name}`;
      const give = async (rules: unknown) => {
        const { status } = await stage.kube.admin.send('PATCH', role, { rules }, 'application/merge-patch+json');
        expect(status).toBe(200);
      };
      const { rules } = manifest('ClusterRole');
      type Rule = { readonly resources: readonly string[] };
      await give(
        rules.map((rule: Rule) => (rule.resources.includes(kind) ? { ...rule, verbs: ['get', 'list'] } : rule)),
      );
      try {
        const forwarder = await startForwarder();
        await until('it says so', () => forwarder.log().includes(`cannot watch resource \\"${kind}\\"`));
        await forwarder.stop();
      } finally {
        await give(rules);
      }
    },
  );
});
