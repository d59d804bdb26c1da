import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startWorld, type World } from '../../local/world.ts';
import { runFairlead } from '../cli/program.ts';
import { tested } from './blocks.ts';

/** What a fragment leaves out. */
const LEAST = {
  clusters: ['prod-eu', 'eu-1', 'us-1', 'ca-1'].map(name => ({ name, owner: name, region: 'eu-west-1' })),
  zones: { domains: ['example.com'] },
};

/** Of the YAML blocks, those that are a config or a part of one; the others are lists of a workflow's steps. */
const configs = tested('yaml')
  .filter(({ text }) => !Array.isArray(parse(text)))
  .map(({ page, line, text }) => [`${page}:${line}`, text] as const);

let folder: string;
let world: World;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-docs-'));
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

describe('every config in the pages', () => {
  it('is found', () => expect(configs.length).toBeGreaterThanOrEqual(5));

  it.each(configs)('%s is valid', async (_where, text) => {
    writeFileSync(join(folder, 'fairlead.yml'), stringify({ ...LEAST, ...parse(text) }));
    expect(await runFairlead({ world, folder }, 'validate')).toMatchObject({ code: 0, err: '' });
  });

  it('and one that is not would be seen', async () => {
    writeFileSync(join(folder, 'fairlead.yml'), stringify({ ...LEAST, polcy: 'sync' }));
    expect(await runFairlead({ world, folder }, 'validate')).toMatchObject({ code: 1 });
  });
});

describe('every JSON in the pages', () => {
  it.each(tested('json').map(({ page, line, text }) => [`${page}:${line}`, text]))('%s is JSON', (_where, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});
