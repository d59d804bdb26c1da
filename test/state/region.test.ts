import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/index.ts';
import { composePorts } from '../../lib/reconcile/index.ts';

let server: Server;
let asked: (string | undefined)[];

/** An S3 whose bucket is in eu-west-1, and which says so to those who ask for it elsewhere. */
beforeEach(async () => {
  asked = [];
  server = createServer(({ headers }, response) => {
    const [, region] = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? '') ?? [];
    asked.push(region);
    const here = region === 'eu-west-1';
    response.writeHead(here ? 200 : 301, { 'x-amz-bucket-region': 'eu-west-1', etag: '"1"' });
    response.end(here ? 'kept' : '<Error><Code>PermanentRedirect</Code></Error>');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_S3;
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

test('a bucket of another region is found', async () => {
  const text = 'clusters: [{name: prod, region: us-east-1}]\nstate: {store: "s3://bucket/x"}';
  const config = parseConfig(text, { file: 'fairlead.yml', env: {} });
  const keys = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
  const kept = await composePorts(config, { AWS_REGION: 'us-east-1' }, keys).store.get('zone/Z1');
  expect(kept).toMatchObject({ version: '"1"' });
  expect(asked).toEqual(['us-east-1', 'eu-west-1']);
});
