import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** The entries of a zip by their paths. */
export type Entries = Readonly<Record<string, Uint8Array>>;

export async function readZip(path: string): Promise<Entries> {
  return unzipSync(await readFile(path));
}

/** Writes every entry below `folder`. */
export async function unpack(entries: Entries, folder: string): Promise<void> {
  for (const [path, bytes] of Object.entries(entries)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
