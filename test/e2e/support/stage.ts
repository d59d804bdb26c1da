import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { clusterRole as clusterRoleOf } from '../../../infra/cluster-role.ts';
import type { RunResult } from '../../../lib/model/index.ts';
import { type Rule, rulesFor, type SourceKind } from '../../../lib/sources/index.ts';
import { DEFAULT_ACCOUNT } from '../../../local/emulators/aws/credentials.ts';
import { type Lambda, startLambda } from '../../../local/emulators/lambda/lambda.ts';
import type { RecordJson } from '../../../local/emulators/route53/index.ts';
import { startWorld, type World } from '../../../local/world.ts';
import { findProgram } from '../../../scripts/real/programs.ts';
import type { KubernetesObject } from '../../support/objects.ts';
import { type Kube, startKube } from './kube.ts';
import { RUN, untilAllowed } from './rights.ts';
import { startTokenWebhook } from './token-webhook.ts';

export const CLUSTER = 'real';
export const ZONE = 'Z0EXAMPLE0000000001';
export const ROLE = `arn:aws:iam::${DEFAULT_ACCOUNT}:role/fairlead`;
const root = fileURLToPath(new URL('../../../', import.meta.url));
export const CLI = `${root}dist/cli/fairlead.js`;

/** What these tests need. Without it they are left out, and `npm run e2e` says why. */
export const withoutKube =
  (await findProgram('kube-apiserver')) === undefined || (await findProgram('etcd')) === undefined;

interface Configured {
  readonly name: string;
  readonly role: string;
  /** More lines. */
  readonly more: string;
}

interface CliRun {
  readonly code: number;
  readonly result: RunResult;
  readonly err: string;
}

/**
 * A real cluster that fairlead reaches the EKS way: described by the world's EKS, its tokens checked against the world's
 * STS, its rights those of infra/cluster-role.yaml; and one hosted zone in the world's Route 53.
 */
export interface Stage {
  readonly world: World;
  readonly kube: Kube;
  /** Holds fairlead.yml and the state. */
  readonly folder: string;
  /** What checks the tokens. */
  readonly tokens: string;
  /** Writes fairlead.yml: another cluster or role than the right one, more keys; or another text altogether. */
  configure(other?: Partial<Configured>, whole?: string): Promise<void>;
  /** EKS describes one cluster from now on: with this API server and, unless told, under the stage's name. */
  register(access: { readonly url: string; readonly caData: string }, name?: string): void;
  cli(...args: readonly string[]): Promise<CliRun>;
  /** The bundled function, warm until the stage closes. */
  lambda(): Lambda;
  records(): readonly RecordJson[];
  /** The ClusterRole is that of these sources from now on; waits until its rights count, not until those before are gone. */
  allow(sources: readonly SourceKind[]): Promise<void>;
  /** Empties zone and state; config and EKS are as at first. */
  reset(): Promise<void>;
  /** Empties the cluster, too. */
  clean(): Promise<void>;
  close(): Promise<void>;
}

/** @param apiServer more flags of the API server. */
export async function openStage(apiServer: readonly string[] = []): Promise<Stage> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    return await build(closing, close, apiServer);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  closing: (() => unknown)[],
  close: () => Promise<void>,
  apiServer: readonly string[],
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-stage-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const world = await startWorld({ throttle: false, maxRecordSets: 100_000, roles: [{ arn: ROLE }] });
  closing.push(() => world.close());
  const webhook = await startTokenWebhook({ world, cluster: CLUSTER, role: ROLE, group: 'fairlead' });
  closing.push(() => webhook.stop());
  const kube = await startKube(webhook.kubeconfig, apiServer);
  closing.push(() => kube.stop());
  await letIn(kube);
  const stage: Stage = {
    world,
    kube,
    folder,
    tokens: webhook.what,
    close,
    configure: (other, whole = config({ name: CLUSTER, role: ROLE, more: '', ...other })) =>
      writeFile(join(folder, 'fairlead.yml'), whole),
    register: ({ url: endpoint, caData }, name = CLUSTER) => {
      const cluster = { name, account: DEFAULT_ACCOUNT, region: world.region, endpoint, caData };
      world.eks.clusters.splice(0, world.eks.clusters.length, cluster);
    },
    cli: (...args) => runCli(args, folder, world.env()),
    lambda: () => {
      const lambda = openLambda(world, folder);
      closing.push(() => lambda.close());
      return lambda;
    },
    async allow(sources) {
      const [role] = parseAllDocuments(clusterRoleOf(sources)).map(document => document.toJS() as KubernetesObject);
      if (role) await kube.admin.apply(role);
      await untilAllowed(kube.admin, RUN, rulesFor(sources));
    },
    records: () => world.route53.dump()[0]?.records ?? [],
    async clean() {
      await kube.admin.clean();
      await stage.reset();
    },
    async reset() {
      world.route53.load([{ id: ZONE, name: 'example.com.', records: [] }]);
      world.route53.journal.reset();
      stage.register(kube);
      await rm(join(folder, 'state'), { recursive: true, force: true });
      await stage.configure();
    },
  };
  await stage.clean();
  return stage;
}

/** Another real cluster of the stage's world, reached in the same way; the caller stops it, and EKS describes it until `reset`. */
export async function openSecond({ world }: Stage, name: string): Promise<Kube & { register(): void }> {
  const webhook = await startTokenWebhook({ world, cluster: name, role: ROLE, group: 'fairlead' });
  try {
    const kube = await startKube(webhook.kubeconfig);
    await letIn(kube);
    const { url: endpoint, caData } = kube;
    return {
      ...kube,
      register: () =>
        void world.eks.clusters.push({ name, account: DEFAULT_ACCOUNT, region: world.region, endpoint, caData }),
      stop: async () => {
        await kube.stop();
        await webhook.stop();
      },
    };
  } catch (error) {
    await webhook.stop();
    throw error;
  }
}

/** Gives the runs the rights of the very file that the README tells to apply. */
async function letIn({ admin }: Kube): Promise<void> {
  const documents = await clusterRole();
  await admin.apply(...documents);
  const rules = (documents as { rules?: readonly Rule[] }[]).flatMap(one => one.rules ?? []);
  await untilAllowed(admin, RUN, rules);
}

/** The very file that the README tells to apply. */
export async function clusterRole(): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readFile(`${root}infra/cluster-role.yaml`, 'utf8'));
  return documents.map(document => document.toJS() as KubernetesObject);
}

function config({ name, role, more }: Configured): string {
  return `owner: fairlead
clusters: [{name: ${name}, region: us-east-1, roleArn: '${role}'}]
zones: {domains: [example.com]}
state: {store: ./state}
${more}`;
}

function runCli(args: readonly string[], cwd: string, aws: Readonly<Record<string, string>>): Promise<CliRun> {
  const env = { PATH: process.env.PATH ?? '', ...aws };
  const options = { cwd, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [CLI, ...args, '--json'], options, (error, out, err) => {
      try {
        resolve({ code: error ? Number(error.code) : 0, result: JSON.parse(out) as RunResult, err });
      } catch (cause) {
        reject(new Error(`fairlead ${args.join(' ')} printed no JSON: ${out}${err}`, { cause }));
      }
    });
  });
}

function openLambda(world: World, folder: string): Lambda {
  return startLambda({
    name: 'fairlead-e2e-reconcile',
    bundle: `${root}dist/functions/reconcile/index.js`,
    env: { ...world.env(), FAIRLEAD_CONFIG: join(folder, 'fairlead.yml'), POWERTOOLS_TRACE_ENABLED: 'false' },
  });
}
