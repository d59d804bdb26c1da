import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { isSigned } from '../../lib/notice/index.ts';
import { serveHttp, stopServer, type WireRequest } from '../../local/emulators/aws/http.ts';
import { verifySignature } from '../../local/emulators/aws/sigv4.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';
import { ingress, NLB, service } from '../support/objects.ts';
import { Pod, until } from './pod.ts';
import { startWebhook, type Webhook } from './webhook.ts';

const SECRETS = ['an old secret of 32 characters, or more', 'a new secret of 32 characters, or more'] as const;
const [OLD, NEW] = SECRETS;

let folder: string;
let world: World;
let cluster: LocalCluster;
let iam: Webhook;
let hmac: Webhook;
const pods: Pod[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-forwarder-'));
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  world = await startWorld();
  cluster = await world.addCluster({ name: 'prod' });
  const { credentials } = world;
  iam = await startWebhook(request => {
    const verification = { credentials, service: 'lambda', region: 'eu-west-1', now: Date.now() };
    return verifySignature(request, verification).identity !== undefined;
  });
  hmac = await startWebhook(({ body, headers }) => {
    const plain = headers as Record<string, string | undefined>;
    return isSigned(body.toString(), plain, SECRETS, Date.now());
  });
  await secret(OLD);
});
afterEach(async () => {
  await Promise.all(pods.splice(0).map(pod => pod.close()));
  await Promise.all(servers.splice(0).map(stopServer));
  await Promise.all([world.close(), iam.close(), hmac.close()]);
});

const secretFile = () => join(folder, 'secret');
/** Puts another file in its place, as the kubelet does. */
async function secret(text: string): Promise<void> {
  await writeFile(`${secretFile()}.new`, `${text}\n`);
  await rename(`${secretFile()}.new`, secretFile());
}

const common = { cluster: 'prod', port: 0, host: '127.0.0.1' };
const withIam = () => ({ ...common, webhook: { url: iam.url, auth: 'iam', region: 'eu-west-1' } });
const withHmac = () => ({ ...common, webhook: { url: hmac.url, auth: 'hmac', secretFile: secretFile() } });

function start(settings: unknown, env: Record<string, string> = world.env(), of: LocalCluster | undefined = cluster) {
  const pod = new Pod(inject('forwarder'), settings, of, env);
  pods.push(pod);
  return pod;
}

describe('the built forwarder', () => {
  test('says that anything may have changed, then names what changed in a way that matters', async () => {
    cluster.apply(service('a', { hostname: 'a.example.com' }, [NLB]));
    const pod = start(withIam());
    await pod.atRest();
    expect(iam.taken[0]).toMatchObject({ cluster: 'prod', sequence: 1 });
    expect(iam.taken[0]).not.toHaveProperty('objects');

    const since = iam.taken.length;
    cluster.apply(service('a', { hostname: 'a.example.com' }, ['203.0.113.9']));
    cluster.apply(ingress('i', ['i.example.com'], [NLB]));
    const objects = [
      { kind: 'service', namespace: 'default', name: 'a' },
      { kind: 'ingress', namespace: 'default', name: 'i' },
    ];
    // In one notice or in two: each is seen by a watch of its own.
    const told = () => iam.taken.slice(since).flatMap(notice => notice.objects);
    await until(() => expect(told()).toEqual(expect.arrayContaining(objects)));
    expect(told()).toHaveLength(2);
    expect(iam.taken.at(-1)?.source).toBe(iam.taken[0]?.source);

    const before = iam.taken.length;
    cluster.delete({ kind: 'Ingress', name: 'i' });
    await until(() => expect(iam.taken.slice(before)).toMatchObject([{ objects: [objects[1]] }]));
    expect(iam.taken.map(({ sequence }) => sequence)).toEqual(iam.taken.map((_, i) => i + 1));
    expect(pod.stderr).toEqual([]);
  });

  test('sends nothing for a heartbeat, an unrelated label or a Service that asks for nothing', async () => {
    const wanted = service('a', { hostname: 'a.example.com' }, [NLB]);
    cluster.apply(wanted);
    const pod = start({ ...withIam(), sources: ['service'] });
    await pod.atRest();
    cluster.apply({ ...wanted, metadata: { ...wanted.metadata, labels: { touched: 'yes' } } });
    cluster.apply(service('plain', {}, [NLB]));
    cluster.apply(service('last', { hostname: 'last.example.com' }, [NLB]));
    await until(() => expect(iam.taken).toHaveLength(2));
    expect(iam.taken[1]?.objects).toEqual([{ kind: 'service', namespace: 'default', name: 'last' }]);
    const { text } = await pod.page('/metrics');
    expect(text).toContain('fairlead_forwarder_changes_total{kind="service"} 3');
    expect(text).toContain('fairlead_forwarder_relevant_changes_total{kind="service"} 1');
  });

  test('signs with the first secret of a file, and with the new one when that was rotated', async () => {
    const pod = start({ ...withHmac(), sources: ['service'] }, {});
    await pod.atRest();
    await secret(NEW);
    cluster.apply(service('a', { hostname: 'a.example.com' }, [NLB]));
    await until(() => expect(hmac.taken.at(-1)?.objects).toMatchObject([{ name: 'a' }]));
    await secret('a secret that the webhook does not know');
    cluster.apply(service('b', { hostname: 'b.example.com' }, [NLB]));
    await until(() => expect(pod.said('notice refused')[0]).toMatchObject({ level: 'error', status: 401 }));
  });

  test('goes on until a notice is taken, and repeats a number only with the same words', async () => {
    hmac.next.push(503, 'lost', 'dropped');
    const pod = start({ ...withHmac(), sources: ['service'] }, {});
    await pod.atRest();
    expect(hmac.requests).toBe(4);
    // What it writes comes another way than its pages.
    await until(() => expect(pod.said('notice not taken')).toMatchObject([{ status: 503, attempt: 1 }]));
    await until(() => expect(pod.said('notice not sent')).toMatchObject([{ attempt: 2 }, { attempt: 3 }]));
    expect(hmac.taken).toEqual([hmac.taken[0], hmac.taken[0]]);
    const { text } = await pod.page('/metrics');
    expect(text).toContain('fairlead_forwarder_notices_total{status="503"} 1');
    expect(text).toContain('fairlead_forwarder_notices_total{status="fault"} 2');
  });

  test('is ready when every kind is listed, and alive all along', async () => {
    cluster.faults.deny('ingresses', 'list');
    const pod = start(withIam());
    await until(() => expect(pod.said('watch ended')).not.toEqual([]));
    await pod.atRest('ingress');
    expect(pod.said('watch ended')[0]).toMatchObject({
      level: 'error',
      kind: 'ingress',
      reason: 'forbidden',
      error: expect.stringContaining(
        'verbs [get, list, watch] on resources [ingresses] of apiGroups ["networking.k8s.io"]',
      ),
    });
    expect(await pod.page('/readyz')).toEqual({ status: 503, text: 'not listed yet: ingress\n' });
    expect(await pod.page('/livez')).toEqual({ status: 200, text: 'ok\n' });
    cluster.faults.permit('ingresses');
    await pod.atRest();
    expect(await pod.page('/readyz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await pod.page('/')).toEqual({ status: 404, text: 'not found\n' });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s sends what is pending and ends with 0', async signal => {
    const slow = { quietMs: 60_000, mostMs: 60_000 };
    const pod = start({ ...withIam(), gather: slow });
    await until(() => expect(pod.said('listed')).toHaveLength(2));
    expect(iam.taken).toEqual([]);
    pod.signal(signal);
    expect(await pod.ended()).toBe(0);
    expect(iam.taken).toHaveLength(1);
    expect(pod.lines.at(-1)).toMatchObject({ message: 'left' });
    await until(() => expect(cluster.openWatches).toBe(0));
  });
});

describe('signs as the role of its service account', () => {
  const role = { arn: 'arn:aws:sts::123456789012:assumed-role/forwarder/x', userId: 'A', account: '123456789012' };
  const issue = () => world.credentials.issue({ ...role, expires: Date.now() + 3_600_000 });
  let tokenFile: string;
  beforeAll(() => {
    tokenFile = join(folder, 'token');
  });

  /** Serves the role's credentials to who shows the token, as `answer` writes them. */
  async function serveCredentials(
    answer: (session: ReturnType<typeof issue>, request: WireRequest) => string | undefined,
  ) {
    const { server, url } = await serveHttp(async request => {
      const body = answer(issue(), request);
      return { status: body === undefined ? 401 : 200, body: body ?? '' };
    });
    servers.push(server);
    return url;
  }

  test('by EKS Pod Identity', async () => {
    const url = await serveCredentials((session, { headers }) => {
      if (headers.authorization !== 'the-pods-token') return undefined;
      const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token } = session;
      const Expiration = new Date(session.expires ?? 0).toISOString();
      return JSON.stringify({ AccessKeyId, SecretAccessKey, Token, Expiration, AccountId: session.account });
    });
    await writeFile(tokenFile, 'the-pods-token');
    start(withIam(), {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    });
    await until(() => expect(iam.taken).not.toEqual([]));
  });

  test('by IRSA', async () => {
    const url = await serveCredentials((session, { body }) => {
      const form = new URLSearchParams(body.toString());
      if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('RoleArn') !== role.arn) return undefined;
      if (form.get('WebIdentityToken') !== 'the-token') return undefined;
      return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${session.accessKeyId}</AccessKeyId>
        <SecretAccessKey>${session.secretAccessKey}</SecretAccessKey><SessionToken>${session.sessionToken}</SessionToken>
        <Expiration>${new Date(session.expires ?? 0).toISOString()}</Expiration></Credentials>
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
    });
    await writeFile(tokenFile, 'the-token');
    start(withIam(), {
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ROLE_ARN: role.arn,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: url,
    });
    await until(() => expect(iam.taken).not.toEqual([]));
  });
});

describe('settings it cannot work with end it with one clear line', () => {
  test.each([
    { rule: 'no JSON', settings: '{', says: 'cannot be read as JSON' },
    {
      rule: 'an unknown key',
      settings: { ...common, webhok: {} },
      says: 'webhok: is not a known key: did you mean "webhook"?',
    },
    {
      rule: 'no region',
      settings: { ...common, webhook: { url: 'https://hooks.example.com/', auth: 'iam' } },
      says: 'webhook.region: is missing',
    },
  ])('$rule', async ({ settings, says }) => {
    const pod = start(settings, {});
    expect(await pod.ended()).toBe(1);
    expect(pod.lines).toMatchObject([{ level: 'error', error: expect.stringContaining(says) }]);
    expect(pod.stderr).toEqual([]);
  });

  test('a secret that could be guessed', async () => {
    await secret('short');
    const pod = start(withHmac(), {});
    expect(await pod.ended()).toBe(1);
    expect(pod.lines).toMatchObject([{ level: 'error', error: expect.stringContaining('less than 32 characters') }]);
  });

  test('no cluster around it', async () => {
    const pod = new Pod(inject('forwarder'), withHmac(), undefined);
    pods.push(pod);
    expect(await pod.ended()).toBe(1);
    expect(pod.lines).toMatchObject([{ level: 'error', error: expect.stringContaining('set KUBECONFIG') }]);
  });
});
