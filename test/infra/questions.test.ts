import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { roleStatements } from '../../infra/iam.ts';
import { parseConfig } from '../../lib/config/index.ts';

const page = readFileSync('docs/questions.md', 'utf8');

const grants = { logGroup: 'l', undelivered: 'u', stateBucket: 'b', queue: 'q', tracing: false, vpc: false };

const actionsOf = (statements: readonly { readonly Action: readonly string[] | string }[]) =>
  statements.flatMap(({ Action }) => Action);

test('the rights to look are those of the function, less what only writing needs', () => {
  const [, json = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  const text = 'clusters: [{name: a, region: eu-west-1}]\nzones: {tags: {team: dns}}';
  const config = parseConfig(text, { file: '/test/fairlead.yml', env: {} });
  const all = actionsOf(roleStatements(config, grants)).filter(action => /^(route53|eks):/.test(action));
  const toLook = all.filter(action => !/:(Change|GetHostedZoneLimit)/.test(action));
  expect(actionsOf(JSON.parse(json).Statement).sort()).toEqual([...new Set(toLook)].sort());
});
