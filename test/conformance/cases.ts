import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { ZoneJson } from '../../local/emulators/route53/index.ts';
import type { KubernetesObject } from '../support/objects.ts';

const HERE = new URL('./', import.meta.url);

export const has = (name: string, file: string) => existsSync(new URL(`${name}/${file}`, HERE));
export const read = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, HERE), 'utf8');

/** The cases of some folders that have a file, as `folder/name`. */
export const casesIn = (folders: readonly string[], file: string): string[] =>
  folders.flatMap(folder =>
    readdirSync(new URL(`${folder}/`, HERE))
      .map(name => `${folder}/${name}`)
      .filter(name => has(name, file)),
  );

export const zonesOf = (name: string, file: 'zones.json' | 'expected.json'): ZoneJson[] =>
  (JSON.parse(read(name, file)) as { zones: ZoneJson[] }).zones;

export const objectsOf = (name: string): KubernetesObject[] =>
  parseAllDocuments(read(name, 'manifests.yaml')).flatMap(
    document => (document.toJS() as KubernetesObject | null) ?? [],
  );

/** The key that ExternalDNS was given. */
export function keyOf(name: string): string | undefined {
  const args = has(name, 'externaldns.args') ? read(name, 'externaldns.args') : '';
  return /^--txt-encrypt-aes-key=(.+)$/m.exec(args)?.[1];
}

/** The variable in which the config of a case looks for the key. */
export function envOf(name: string) {
  const key = keyOf(name);
  return key === undefined ? {} : { env: { TXT_ENCRYPT_KEY: key } };
}
