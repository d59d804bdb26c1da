// Bundles what ships: each Lambda and the forwarder into a folder of its own (with the package.json that makes Node read
// it as ESM) and the command into one executable file. Silent when all is well; any esbuild error or warning ends it
// with exit code 1.
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { type LeftOut, leaveOut, NOT_IN_A_POD, TERMINAL_ONLY, UNUSED } from './leave-out.ts';
import { licencesOf } from './licences.ts';
import { requireHttp } from './require-http.ts';

interface Bundle {
  readonly entry: string;
  readonly outfile: string;
  /** First line of the file, for what is run as a program. */
  readonly shebang?: string;
  readonly without: readonly LeftOut[];
}

const FORWARDER: Bundle = {
  entry: 'forwarder/program/main.ts',
  outfile: 'dist/forwarder/forwarder.js',
  without: [...UNUSED, ...NOT_IN_A_POD],
};

const COMMAND: Bundle = {
  entry: 'cli/fairlead.ts',
  outfile: 'dist/cli/fairlead.js',
  shebang: '#!/usr/bin/env node\n',
  without: UNUSED,
};

const BUNDLES: readonly Bundle[] = [
  {
    entry: 'functions/reconcile/handler.ts',
    outfile: 'dist/functions/reconcile/index.js',
    without: [...UNUSED, ...TERMINAL_ONLY],
  },
  { entry: 'functions/webhook/handler.ts', outfile: 'dist/functions/webhook/index.js', without: TERMINAL_ONLY },
  FORWARDER,
  { entry: 'functions/audit/handler.ts', outfile: 'dist/functions/audit/index.js', without: TERMINAL_ONLY },
  COMMAND,
];

const root = fileURLToPath(new URL('..', import.meta.url));

// CommonJS packages inside an ESM bundle still call `require` for Node's own modules; ESM has none unless it is made.
const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** The oldest Node that runs what is built. */
const NODE = 20;

/** What it lacks of the language: the Kubernetes client uses Promise.withResolvers, which came with Node 22. */
const MISSING =
  'Promise.withResolvers??=function(){let resolve,reject;const promise=new this((a,b)=>{resolve=a;reject=b});return{promise,resolve,reject}};';

/** Before anything else in a program that people start with whatever Node they have: an older one fails in the middle of a run. */
const OLD_NODE = `if(parseInt(process.versions.node)<${NODE}){process.stderr.write("fairlead needs Node.js ${NODE} or later, and this is "+process.version+"\\n");process.exit(1)}`;

/** The SDK tells whoever has an older Node of what its own later versions will need, at each command; none of them is in the bundle. */
const QUIET_SDK = 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED??="true";';

/** What `fairlead --version` names; empty in a tree without a repository. */
function commitOf(folder: string): string {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty=+changes', '--exclude=*'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : '';
}

function optionsFor({ entry, outfile, shebang, without }: Bundle): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: `node${NODE}`,
    // ESM first: the CommonJS that the AWS SDK has for Node cannot be tree-shaken.
    mainFields: ['module', 'main'],
    conditions: ['module', 'import', 'node'],
    plugins: [leaveOut(without), requireHttp()],
    banner: { js: shebang === undefined ? REQUIRE : shebang + REQUIRE + OLD_NODE + MISSING + QUIET_SDK },
    define: { FAIRLEAD_COMMIT: JSON.stringify(commitOf(root)) },
    legalComments: 'none', // they stand in LICENSES.txt, whole
    metafile: true,
    logLevel: 'silent',
  };
}

async function bundle(one: Bundle): Promise<void> {
  const { warnings, metafile } = await build(optionsFor(one));
  if (warnings.length > 0) throw new Error(`${one.entry}: ${warnings.map(warning => warning.text).join('; ')}`);
  const file = resolve(root, one.outfile);
  await writeFile(join(dirname(file), 'package.json'), '{"type":"module"}\n');
  if (metafile) await writeFile(join(dirname(file), 'LICENSES.txt'), licencesOf(metafile, root));
  if (one.shebang !== undefined) await chmod(file, 0o755);
}

/** Builds one bundle alone, into a folder of its own. @returns the path of its file */
async function buildInto(folder: string, one: Bundle): Promise<string> {
  const outfile = join(folder, basename(one.outfile));
  await mkdir(folder, { recursive: true });
  await bundle({ ...one, outfile });
  return outfile;
}

export const buildForwarder = (folder: string) => buildInto(folder, FORWARDER);

export const buildCommand = (folder: string) => buildInto(folder, COMMAND);

/** Builds every bundle anew into `dist/`. Throws esbuild's error, with file and line, when one of them fails. */
export async function buildAll(): Promise<void> {
  for (const { outfile } of BUNDLES) {
    await rm(`${root}${dirname(outfile)}`, { recursive: true, force: true });
    await mkdir(`${root}${dirname(outfile)}`, { recursive: true });
  }
  await Promise.all(BUNDLES.map(bundle));
}

// No top-level await: sls loads this file with `require` (infra/plugin.ts).
if (import.meta.main)
  buildAll().catch(error => {
    process.stderr.write(`build failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
