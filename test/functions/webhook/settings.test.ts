import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../functions/webhook/settings.ts';
import { InvalidSetting } from '../../../lib/notice/deployed.ts';

const folder = mkdtempSync(join(tmpdir(), 'fairlead-webhook-'));
writeFileSync(join(folder, 'shards.json'), '{"prod-eu":"europe"}');
writeFileSync(join(folder, 'broken.json'), '{"prod-eu":1}');
const ENV = { LAMBDA_TASK_ROOT: folder, FAIRLEAD_QUEUE_URL: 'https://queue' };

describe('the settings of the webhook', () => {
  it.each([
    ['callers that IAM verifies', ENV, {}],
    ['callers that IAM verifies, the variable empty', { ...ENV, FAIRLEAD_WEBHOOK_SECRET: '' }, {}],
    ['a shared secret', { ...ENV, FAIRLEAD_WEBHOOK_SECRET: 'ssm:/s' }, { secret: { store: 'ssm', name: '/s' } }],
  ])('%s', (_what, env, more) => {
    expect(readSettings(env)).toEqual({ queueUrl: 'https://queue', shards: new Map([['prod-eu', 'europe']]), ...more });
  });

  it.each([
    ['no queue', { ...ENV, FAIRLEAD_QUEUE_URL: '' }, /FAIRLEAD_QUEUE_URL/],
    ['a secret in an unknown place', { ...ENV, FAIRLEAD_WEBHOOK_SECRET: 'x' }, /FAIRLEAD_WEBHOOK_SECRET.*ssm:NAME/],
    ['no list of clusters', { ...ENV, FAIRLEAD_SHARDS: 'none.json' }, /none\.json/],
    ['a broken list of clusters', { ...ENV, FAIRLEAD_SHARDS: 'broken.json' }, /broken\.json.*"cluster": "shard"/],
  ])('are refused with %s, naming it', (_what, env, message) => {
    expect(() => readSettings(env)).toThrow(InvalidSetting);
    expect(() => readSettings(env)).toThrow(message);
  });
});
