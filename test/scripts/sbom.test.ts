import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSbom } from '../../scripts/sbom.ts';

test('the list of components is the same bytes wherever it is made', { timeout: 240_000 }, async () => {
  const folders = await Promise.all(['here-', 'elsewhere-'].map(name => mkdtemp(join(tmpdir(), name))));
  try {
    const [one, other] = await Promise.all(
      folders.map(async folder => {
        for (const file of ['package.json', 'package-lock.json']) await copyFile(file, join(folder, file));
        return readFile(writeSbom(`${folder}/`), 'utf8');
      }),
    );
    expect(JSON.parse(one ?? '')).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'fairlead' } },
    });
    expect(one).toBe(other);
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true });
  }
});
