// Writes dist/sbom.cdx.json: what the lock file brings into what ships, as CycloneDX. The same lock file gives the same bytes:
// npm's serial number and time are left out, and components are sorted.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string };
  components: { 'bom-ref': string }[];
  dependencies: { ref: string }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** @throws Error with npm's words */
export function writeSbom(): string {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--omit', 'optional', '--package-lock-only'];
  const { stdout, stderr, status } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  const sbom: Sbom = JSON.parse(stdout);
  delete sbom.serialNumber;
  delete sbom.metadata.timestamp;
  sbom.components.sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  sbom.dependencies.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const file = `${root}dist/sbom.cdx.json`;
  mkdirSync(`${root}dist`, { recursive: true });
  writeFileSync(file, `${JSON.stringify(sbom, null, 1)}\n`);
  return file;
}

if (import.meta.main) console.log(writeSbom());
