import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../infra/check-template.ts';
import { type Entries, readZip, unpack } from './zip.ts';

/** The functions of serverless.yml. */
export const FUNCTIONS = ['reconcile', 'webhook', 'audit'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** A function as it was packaged, its zip unpacked into a folder. */
export interface PackagedFunction {
  readonly name: FunctionName;
  readonly entries: Entries;
  readonly folder: string;
  /** As the template names it, `path/file.export`. */
  readonly handler: string;
  /** Those variables whose values are known before the deployment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What was packaged: the compiled template and every function. */
export interface Package {
  readonly template: Template;
  readonly templatePath: string;
  readonly functions: Readonly<Record<FunctionName, PackagedFunction>>;
  /** The temporary folder with everything that was unpacked. */
  readonly folder: string;
}

/** The id that sls gives a function in the template. */
export function logicalId(name: FunctionName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
}

/** Opens what `sls package` left in a folder, every part of the stack included. */
export async function openPackage(output: string): Promise<Package> {
  const templatePath = join(output, 'cloudformation-template-update-stack.json');
  const template: Template = JSON.parse(await readFile(templatePath, 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-package-'));
  const open = (name: FunctionName) => openFunction(name, template, output, join(folder, name));
  const [reconcile, webhook, audit] = await Promise.all([open('reconcile'), open('webhook'), open('audit')]);
  return { template, templatePath, functions: { reconcile, webhook, audit }, folder };
}

async function openFunction(
  name: FunctionName,
  { Resources }: Template,
  output: string,
  folder: string,
): Promise<PackagedFunction> {
  const lambda = Resources[logicalId(name)];
  if (lambda === undefined)
    throw new Error(`the template has no ${logicalId(name)}: its part of the stack is left out`);
  const entries = await readZip(join(output, `${name}.zip`));
  await unpack(entries, folder);
  const { Handler, Environment } = lambda.Properties as unknown as LambdaProperties;
  const known = Object.entries(Environment.Variables).filter(isText);
  return { name, entries, folder, handler: Handler, environment: Object.fromEntries(known) };
}

interface LambdaProperties {
  readonly Handler: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

function isText(entry: readonly [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}
