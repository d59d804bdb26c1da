import { prepareVenv } from '../python.ts';
import { prepareProgram } from './build.ts';
import type { ProgramName } from './programs.ts';
import { prepareRic } from './ric.ts';

/** What some tests need that npm does not bring. */
interface Part {
  /** Start of the names of the test files in test/e2e. */
  readonly tests: string;
  readonly programs: readonly ProgramName[];
  /** moto, in the project's Python environment. */
  readonly moto?: true;
  /** Lambda's runtime interface client. */
  readonly ric?: true;
}

const KUBE: readonly ProgramName[] = ['etcd', 'kube-apiserver', 'aws-iam-authenticator'];
const PARTS: readonly Part[] = [
  { tests: 'deploy', programs: [], moto: true },
  { tests: 'chart', programs: ['helm'] },
  { tests: 'runtime', programs: [], moto: true, ric: true },
  { tests: 'kube', programs: KUBE },
  { tests: 'coexist', programs: [...KUBE, 'external-dns'] },
];

/**
 * Prepares what the test files named need, and no more.
 *
 * @param files names in test/e2e.
 * @param say told what is built, and what is left out and why.
 * @returns the files that can run.
 */
export async function prepareParts(files: readonly string[], say: (line: string) => void): Promise<string[]> {
  const ready: string[] = [];
  for (const part of PARTS) {
    const wanted = files.filter(file => file.startsWith(part.tests));
    const missing = wanted.length > 0 ? await missingOf(part, say) : undefined;
    if (missing === undefined) ready.push(...wanted);
    else say(`e2e: LEFT OUT ${wanted.join(', ')}: ${missing}`);
  }
  return ready;
}

async function missingOf({ programs, moto, ric }: Part, say: (line: string) => void): Promise<string | undefined> {
  if (moto && !(await prepareVenv())) return 'moto needs python3 (3.9 or later): install it';
  const fault = ric && (await prepareRic(say));
  if (fault) return `aws-lambda-ric cannot be compiled (make, cmake, a C++ compiler): ${fault}`;
  for (const program of programs) {
    if (await prepareProgram(program, say)) continue;
    return `${program} is not there and there is no Go to build it with: install Go 1.26 or later (https://go.dev/dl), or set KUBEBUILDER_ASSETS`;
  }
  return undefined;
}
