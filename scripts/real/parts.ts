import { prepareVenv } from '../python.ts';
import { prepareProgram } from './build.ts';
import { prepareChromium } from './chromium.ts';
import { dnsEndpointCrds, gatewayCrds } from './crds.ts';
import { advice, type ProgramName } from './programs.ts';
import { prepareRic } from './ric.ts';

/** What some tests need that npm does not bring. */
interface Part {
  /** Start of the names of the test files in test/e2e. */
  readonly tests: string;
  readonly programs: readonly ProgramName[];
  /** Has a stand-in: without it the tests run all the same. */
  readonly preferred?: ProgramName;
  /** moto, in the project's Python environment. */
  readonly moto?: true;
  /** CRDs out of a Go module. */
  readonly crds?: () => Promise<unknown>;
  /** Lambda's runtime interface client. */
  readonly ric?: true;
  readonly chromium?: true;
}

const KUBE: readonly ProgramName[] = ['etcd', 'kube-apiserver'];
const PARTS: readonly Part[] = [
  { tests: 'deploy', programs: [], moto: true },
  { tests: 'templates', programs: [], moto: true },
  { tests: 'chart', programs: ['helm'] },
  { tests: 'browser', programs: [], chromium: true },
  { tests: 'runtime', programs: [], moto: true, ric: true },
  { tests: 'kube', programs: KUBE, preferred: 'aws-iam-authenticator' },
  { tests: 'gateway', programs: KUBE, preferred: 'aws-iam-authenticator', crds: gatewayCrds },
  { tests: 'objects', programs: KUBE, preferred: 'aws-iam-authenticator', crds: dnsEndpointCrds },
  { tests: 'dynamodb', programs: [...KUBE, 'external-dns'], preferred: 'aws-iam-authenticator', moto: true },
  { tests: 'coexist', programs: [...KUBE, 'external-dns'], preferred: 'aws-iam-authenticator' },
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

/** What keeps a part from running, for a person; undefined when nothing does. */
async function missingOf(
  { programs, preferred, moto, ric, crds, chromium }: Part,
  say: (line: string) => void,
): Promise<string | undefined> {
  if (moto && !(await prepareVenv())) return 'moto needs python3 (3.9 or later): install it';
  if (chromium && prepareChromium(say) === undefined)
    return 'there is no Chromium: install it, or name it in FAIRLEAD_CHROMIUM';
  const fault = ric && (await prepareRic(say));
  if (fault) return `aws-lambda-ric cannot be compiled (make, cmake, a C++ compiler): ${fault}`;
  if (crds && (await crds()) === undefined) return 'the CRDs come from a Go module: install Go';
  for (const program of programs) {
    if (!(await prepareProgram(program, say))) return `there is no ${program}: ${advice(program)}`;
  }
  if (preferred !== undefined && !(await prepareProgram(preferred, say))) {
    say(`e2e: there is no ${preferred}, so the embedded world's own check stands in: ${advice(preferred)}`);
  }
  return undefined;
}
