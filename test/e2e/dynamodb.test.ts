import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MoveResult } from '../../lib/reconcile/index.ts';
import { ingress, NLB, service } from '../support/objects.ts';
import { type Moto, startMoto } from './moto.ts';
import { externalDns, withoutExternalDns } from './support/external-dns.ts';
import { startPartiql } from './support/partiql.ts';
import { CLI, openStage, type Stage, withoutKube } from './support/stage.ts';

const REGION = 'us-east-1';
const TABLE = ['--registry=dynamodb', '--dynamodb-table=names', `--dynamodb-region=${REGION}`];

describe.skipIf(withoutKube || withoutExternalDns)('moving over from the DynamoDB registry of ExternalDNS', () => {
  let stage: Stage;
  let moto: Moto;
  let partiql: Awaited<ReturnType<typeof startPartiql>>;
  beforeAll(async () => {
    moto = await startMoto(REGION);
    partiql = await startPartiql(moto.url);
    stage = await openStage();
    await dynamoDb('CreateTable', {
      TableName: 'names',
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  });
  afterAll(async () => {
    await stage?.close();
    await partiql?.stop();
    await moto?.stop();
  });

  const dynamoDb = async (operation: string, body: object) => {
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=moto/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
    };
    const answer = await fetch(moto.url, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { readonly Count?: number };
  };
  const env = () => ({ ...stage.world.env(), AWS_ENDPOINT_URL_DYNAMODB: moto.url });
  /** `fairlead import-registry`: what it says and does. */
  const importRegistry = (...args: readonly string[]) =>
    new Promise<{ code: number; result: MoveResult; err: string }>((resolve, reject) => {
      const all = [CLI, 'import-registry', '--table', 'names', '--json', ...args];
      const options = { cwd: stage.folder, env: { PATH: process.env.PATH ?? '', ...env() } };
      execFile(process.execPath, all, options, (error, out, err) => {
        if (!out.startsWith('{')) return reject(new Error(`no JSON: ${out}${err}`));
        resolve({ code: error ? Number(error.code) : 0, result: JSON.parse(out), err });
      });
    });
  const lines = () =>
    stage.records().map(({ name, type, setIdentifier = '' }) => `${name} ${type} ${setIdentifier}`.trim());

  test('a zone that ExternalDNS filled is in step after fairlead import-registry, and stays as it is', async () => {
    const weighted = { hostname: 'w.example.com', 'set-identifier': 'one', 'aws-weight': '10' };
    await stage.kube.admin.apply(
      service('web', { hostname: 'www.example.com' }, ['203.0.113.1']),
      service('six', { hostname: '*.six.example.com' }, ['2001:db8::1']),
      service('weighted', weighted, ['203.0.113.2']),
      ingress('site', ['site.example.com'], [NLB]),
    );
    const table = { ...env(), AWS_ENDPOINT_URL_DYNAMODB: partiql.url };
    const fill = await externalDns(stage, 'fairlead', table, TABLE);
    await fill();
    const filled = lines();
    expect(filled).toContain('www.example.com. A');
    expect(filled.filter(line => line.includes('TXT'))).toEqual([]);
    const { Count } = await dynamoDb('Scan', { TableName: 'names' });
    expect(Count).toBe(5);

    const before = await stage.cli('plan');
    expect(before.result.reasons).toMatchObject({ 'not-owned': expect.any(Number) });
    expect(before.result.counts).toMatchObject({ created: 0, updated: 0, deleted: 0 });

    const shown = await importRegistry();
    expect([shown.result.moves.length, shown.result.done]).toEqual([4, []]);
    expect(lines()).toEqual(filled);
    const { code, result } = await importRegistry('--yes');
    expect([code, result.refused, result.done.map(({ name }) => name).sort()]).toEqual([
      0,
      [],
      ['*.six.example.com', 'site.example.com', 'w.example.com', 'www.example.com'],
    ]);
    expect(lines().filter(line => !line.includes('TXT'))).toEqual(filled);
    const owned = stage.records();

    for (const mode of ['plan', 'sync'] as const) {
      const again = await stage.cli(mode, '--force');
      expect([again.code, again.result.inStep, again.result.zones.flatMap(({ changes }) => changes)]).toEqual([
        0,
        true,
        [],
      ]);
    }
    expect((await importRegistry('--yes')).result.done).toEqual([]);
    expect(stage.records()).toEqual(owned);

    // What it would be to go back, or on, with TXT records.
    await (await externalDns(stage, 'fairlead', env()))();
    expect(stage.records()).toEqual(owned);
  });

  test('what stands in the table of another owner, or under no record, is left alone', async () => {
    await stage.clean();
    const left = await importRegistry('--yes');
    expect(left).toMatchObject({ code: 0, result: { moves: [], done: [] } });
    expect(left.result.refused.map(({ reason, message }) => `${reason} ${message}`).sort()[0]).toBe(
      'warning *.six.example.com: its AAAA does not stand in the selected hosted zones',
    );
    expect(left.result.refused).toHaveLength(5);
    const { result } = await importRegistry('--yes', '--from', 'nobody');
    expect(result).toMatchObject({ moves: [], refused: [] });
    const absent = await importRegistry('--table', 'absent');
    expect([absent.code, absent.err]).toEqual([1, expect.stringContaining('ResourceNotFoundException')]);
  });
});
