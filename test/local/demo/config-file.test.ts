import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../../lib/config/index.ts';
import { ConfigFile } from '../../../local/demo/config-file.ts';

const GOOD = 'owner: demo\nclusters: [{name: demo}]\nzones: {domains: [example.com]}\n';

let folder: string;
let file: string;
let config: ConfigFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-config-file-'));
  file = join(folder, 'edited.yml');
  writeFileSync(file, GOOD);
  config = new ConfigFile(file, folder, 'eu-west-1');
});
afterEach(() => rmSync(folder, { recursive: true }));

const edited = (text: string) => {
  writeFileSync(file, text);
  return config.reread();
};
const inUse = () => readFileSync(config.copy, 'utf8');

test.each<[what: string, text: string, message: RegExp]>([
  ['a key that is not known', `${GOOD}polciy: sync\n`, /edited\.yml:4:1: .*polciy.*policy/],
  ['no YAML', `${GOOD}zones: [\n`, /edited\.yml:\d+:\d+: /],
  ['a value that is not allowed', `${GOOD}policy: snyc\n`, /edited\.yml:4:1: policy: .*sync/],
  ['nothing at all', '', /edited\.yml: must be a map of keys/],
  ['what the function cannot have', GOOD.replace('name: demo', 'name: demo, kubeconfig: ./k'), /kubeconfig/],
])('%s is told in the words of fairlead validate, and what was good stays in use', (_, text, message) => {
  const before = config.config;
  expect(edited(text)).toEqual({ outcome: 'wrong', message: expect.stringMatching(message) });
  expect([config.config, inUse()]).toEqual([before, GOOD]);
  expect(edited(GOOD)).toEqual({ outcome: 'same' });
});

test('a file that is gone is told, and may come back', () => {
  rmSync(file);
  expect(config.reread()).toEqual({
    outcome: 'wrong',
    message: expect.stringMatching(/edited\.yml: .*it is not there/),
  });
  expect(edited(`${GOOD}policy: upsert-only\n`)).toMatchObject({ outcome: 'new', keys: ['policy'] });
});

test.each<[what: string, text: string, keys: string[]]>([
  ['a key more', `${GOOD}policy: upsert-only\n`, ['policy']],
  ['a key less', GOOD.replace(/zones.*\n/, ''), ['zones']],
  ['an owner of the same cluster', GOOD.replace('name: demo', 'name: demo, owner: other'), ['clusters']],
  ['two values', GOOD.replace('owner: demo', 'owner: other').replace('[example', '[a.example'), ['owner', 'zones']],
])('%s is in use from then on, and the keys are named', (_, text, keys) => {
  const before = config.config;
  expect(edited(text)).toEqual({ outcome: 'new', before, keys, doubts: [] });
  expect(config.config).not.toEqual(before);
  expect(inUse()).toBe(text);
});

test('what can fit nothing is told beside it', () => {
  const claims = 'claims: [{clusters: [nope], namespaces: [a], domains: [a.example.com]}]\n';
  expect(edited(GOOD + claims)).toMatchObject({ outcome: 'new', doubts: [expect.stringContaining('nope')] });
});

test.each<[what: string, text: string]>([
  ['another cluster', GOOD.replace('{name: demo}', '{name: demo}, {name: more}')],
  ['another name', GOOD.replace('name: demo', 'name: other')],
  ['another region', GOOD.replace('name: demo', 'name: demo, region: us-east-1')],
])('%s needs another world: what was good stays in use', (_, text) => {
  expect(edited(`${text}policy: upsert-only\n`)).toEqual({ outcome: 'another-world', keys: ['clusters'] });
  expect(inUse()).toBe(GOOD);
});

test('a comment is no change', () => {
  expect(edited(`# a comment\n${GOOD}`)).toEqual({ outcome: 'same' });
});

test('a file that is wrong at the start is refused', () => {
  writeFileSync(file, 'clusters: []');
  expect(() => new ConfigFile(file, folder, 'eu-west-1')).toThrow(ConfigError);
});
