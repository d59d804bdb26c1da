// Writes dist/sbom.cdx.json: what the lock file brings into what ships, as CycloneDX. The same lock file gives the same bytes:
// npm's serial number and time are left out, components are sorted, and the name is the package's, where npm takes the folder's.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: { name: string } };
  components: { 'bom-ref': string }[];
  dependencies: { ref: string }[];
}

/** @param root of the package @throws Error with npm's words */
export function writeSbom(root = fileURLToPath(new URL('..', import.meta.url))): string {
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
  sbom.metadata.component.name = 'fairlead';
  sbom.components.sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  sbom.dependencies.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const file = `${root}dist/sbom.cdx.json`;
  mkdirSync(`${root}dist`, { recursive: true });
  writeFileSync(file, `${JSON.stringify(sbom, null, 1)}\n`);
  return file;
}

if (import.meta.main) console.log(writeSbom());
