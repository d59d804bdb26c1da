import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program that the tests against real parts start, and the Go module in modules/ that it is built from. */
interface Program {
  readonly module: 'kube' | 'aws-iam-authenticator' | 'external-dns' | 'helm';
  readonly package: string;
  /** As the module's go.mod requires it. */
  readonly version: string;
  readonly ldflags: string;
  /** The variable that may name a ready one, or the folder that has it. */
  readonly variable?: 'KUBEBUILDER_ASSETS' | 'EXTERNAL_DNS_BIN';
  /** How a ready one shows its version, and what must be in it. */
  readonly fits: { readonly args: readonly string[]; readonly pattern: RegExp };
}

const KUBERNETES = '1.36.3';
const STAMP = 'k8s.io/component-base/version';

export const PROGRAMS = {
  'kube-apiserver': {
    module: 'kube',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    version: `v${KUBERNETES}`,
    // Without these it takes itself for v0.0.0 and refuses its own feature gates.
    ldflags: `-s -w -X ${STAMP}.gitVersion=v${KUBERNETES} -X ${STAMP}.gitMajor=1 -X ${STAMP}.gitMinor=36`,
    variable: 'KUBEBUILDER_ASSETS',
    fits: { args: ['--version'], pattern: /v1\.36\./ },
  },
  etcd: {
    module: 'kube',
    package: 'go.etcd.io/etcd/server/v3',
    version: 'v3.6.8',
    ldflags: '-s -w',
    variable: 'KUBEBUILDER_ASSETS',
    fits: { args: ['--version'], pattern: /3\.6\./ },
  },
  'aws-iam-authenticator': {
    module: 'aws-iam-authenticator',
    package: 'sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator',
    version: 'v0.7.8',
    ldflags: '-s -w',
    fits: { args: ['version'], pattern: /./ },
  },
  'external-dns': {
    module: 'external-dns',
    package: 'sigs.k8s.io/external-dns',
    version: 'v0.22.0',
    ldflags: '-s -w -X sigs.k8s.io/external-dns/pkg/apis/externaldns.Version=v0.22.0',
    variable: 'EXTERNAL_DNS_BIN',
    fits: { args: ['--version'], pattern: /0\.22\./ },
  },
  helm: {
    module: 'helm',
    package: 'helm.sh/helm/v3/cmd/helm',
    version: 'v3.19.0',
    // Without these it renders charts for Kubernetes 1.20.
    ldflags:
      '-s -w -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34',
    fits: { args: ['version'], pattern: /v3\./ },
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/** Where built programs are kept: FAIRLEAD_CACHE, or a folder in the user's cache. */
export function binFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(resolve(env.FAIRLEAD_CACHE || join(homedir(), '.cache', 'fairlead')), 'bin');
}

/** The version is in the file's name, so that a newer one is built beside it. */
export function builtPath(name: ProgramName): string {
  return join(binFolder(), `${name}-${PROGRAMS[name].version}`);
}

/** What a person can do to have a program. */
export function advice(name: ProgramName): string {
  const { variable, version }: Program = PROGRAMS[name];
  const ready = variable === undefined ? '' : `, or set ${variable} to a ready ${name} ${version}`;
  return `install Go 1.26 or later (https://go.dev/dl) to build it${ready}`;
}

/** The path of a program that is there: the one that the environment names if its version fits, else the one built. */
export async function findProgram(name: ProgramName): Promise<string | undefined> {
  const { variable, fits }: Program = PROGRAMS[name];
  const given = variable && process.env[variable];
  const ready = given && variable === 'KUBEBUILDER_ASSETS' ? join(given, name) : given;
  if (ready && (await says(ready, fits))) return ready;
  return existsSync(builtPath(name)) ? builtPath(name) : undefined;
}

async function says(path: string, { args, pattern }: Program['fits']): Promise<boolean> {
  try {
    const { stdout, stderr } = await run(path, [...args]);
    return pattern.test(stdout + stderr);
  } catch {
    return false;
  }
}
