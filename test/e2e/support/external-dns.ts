import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../../scripts/real/programs.ts';
import { PREFIXES } from './churn.ts';
import type { Stage } from './stage.ts';

const program = await findProgram('external-dns');

/** Without it these tests are left out, and `npm run e2e` says why. */
export const withoutExternalDns = program === undefined;

/** Returns one run of ExternalDNS over the stage's zone and its cluster, or another one; it throws what ExternalDNS said when it fails. */
export async function externalDns(
  stage: Stage,
  owner: string,
  env: Readonly<Record<string, string>>,
  registry: readonly string[] = ['--registry=txt'],
  kube: Pick<Stage['kube'], 'kubeconfig'> = stage.kube,
): Promise<() => Promise<string>> {
  return externalDnsWith(
    stage,
    [
      '--source=service',
      '--source=ingress',
      ...registry,
      `--txt-owner-id=${owner}`,
      `--annotation-prefix=${PREFIXES.external}`,
      '--policy=sync',
      '--domain-filter=example.com',
    ],
    env,
    kube,
  );
}

/** Likewise, with these arguments and those that a single run in a test needs. */
export async function externalDnsWith(
  stage: Stage,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  kube: Pick<Stage['kube'], 'kubeconfig'> = stage.kube,
): Promise<() => Promise<string>> {
  const kubeconfig = join(await mkdtemp(join(stage.folder, 'external-dns-')), 'kubeconfig');
  await writeFile(kubeconfig, kube.kubeconfig(), { mode: 0o600 });
  const all = [
    `--kubeconfig=${kubeconfig}`,
    '--provider=aws',
    ...args,
    '--aws-batch-change-interval=0s',
    '--metrics-address=127.0.0.1:0',
    '--once',
  ];
  return () =>
    new Promise((resolve, reject) => {
      execFile(
        program ?? '',
        all,
        { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 180_000 },
        (error, out, err) =>
          error ? reject(new Error(`ExternalDNS failed: ${out}${err}`, { cause: error })) : resolve(out + err),
      );
    });
}
