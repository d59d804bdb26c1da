import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/**
 * The licences of the packages that a bundle holds code of: what most of them ask for in exchange for being copied. Each
 * text once, under the names of those that have it; in the order of the names.
 *
 * @param root absolute path of the project
 */
export function licencesOf({ inputs }: Metafile, root: string): string {
  const folders = new Set(
    Object.keys(inputs).flatMap(
      path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.replace(/^.*?:/, ''))?.[0] ?? [],
    ),
  );
  const namesByText = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, text } = licenceIn(join(root, folder));
    namesByText.set(text, [...(namesByText.get(text) ?? []), name]);
  }
  return [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceIn(folder: string): { readonly name: string; readonly text: string } {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license = 'no licence is named' } = manifest;
  const files = readdirSync(folder).filter(
    file => /^(licen[cs]e|copying|notice)/i.test(file) && !/\.[cm]?js$/.test(file),
  );
  const texts = files.sort().map(file => readFileSync(join(folder, file), 'utf8').trim());
  const text = texts.length > 0 ? texts.join('\n\n') : 'The package brings no text of its licence.';
  return { name: `${name} ${version} (${license})`, text };
}
