import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../infra/check-template.ts';
import { type Entries, readZip, unpack } from './zip.ts';

/** What was packaged: the compiled template, and the reconcile function's zip, unpacked. */
export interface Package {
  readonly template: Template;
  readonly templatePath: string;
  readonly entries: Entries;
  readonly folder: string;
  /** As the template names it, `path/file.export`. */
  readonly handler: string;
  /** Those variables whose values are known before the deployment. */
  readonly environment: Readonly<Record<string, string>>;
}

export const FUNCTION = 'ReconcileLambdaFunction';

/** Opens what `sls package` left in a folder. The zip is unpacked into a new temporary folder. */
export async function openPackage(output: string): Promise<Package> {
  const templatePath = join(output, 'cloudformation-template-update-stack.json');
  const template: Template = JSON.parse(await readFile(templatePath, 'utf8'));
  const entries = await readZip(join(output, 'reconcile.zip'));
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-package-'));
  await unpack(entries, folder);
  const lambda = template.Resources[FUNCTION];
  if (lambda === undefined) throw new Error(`${templatePath} has no ${FUNCTION}`);
  const { Handler, Environment } = lambda.Properties as unknown as LambdaProperties;
  const known = Object.entries(Environment.Variables).filter(isText);
  return { template, templatePath, entries, folder, handler: Handler, environment: Object.fromEntries(known) };
}

interface LambdaProperties {
  readonly Handler: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

function isText(entry: readonly [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}
