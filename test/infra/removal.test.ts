import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { prepareRemoval } from '../../infra/removal.ts';

/** What CloudFormation and S3 say, by the operation. */
let answers: (operation: string) => string;
let asked: string[];
let server: Server;

beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const [, action] = /Action=(\w+)/.exec(body) ?? [];
    const operation = action ?? (request.method === 'GET' ? 'ListObjectsV2' : 'DeleteObjects');
    asked.push(operation);
    response.writeHead(200, { 'content-type': 'text/xml' }).end(answers(operation));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const remove = () =>
  prepareRemoval({
    config: { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    ...{ stack: 'fairlead-prod', timeout: 300 },
  });
const times = (operation: string) => asked.filter(one => one === operation).length;

const stack = (resources: string, next = '') =>
  `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${resources}</StackResourceSummaries>${next}</ListStackResourcesResult></ListStackResourcesResponse>`;
const BUCKET =
  '<member><ResourceType>AWS::S3::Bucket</ResourceType><LogicalResourceId>StateBucket</LogicalResourceId><PhysicalResourceId>b</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>';
const objects = (...keys: readonly string[]) =>
  `<ListBucketResult>${keys.map(key => `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>`).join('')}</ListBucketResult>`;

test.each([
  ['comes back to where it was', () => '<NextToken>same</NextToken>', 3],
  ['has ever new tokens, and nothing', (page: number) => `<NextToken>t${page}</NextToken>`, 5],
])("a listing of the stack's resources that %s ends with an error", async (_, next, most) => {
  let pages = 0;
  answers = () => stack('', next(pages++));
  await expect(remove()).rejects.toThrow(/the listing of fairlead-prod's resources does not end: /);
  expect(times('ListStackResources')).toBeLessThanOrEqual(most);
});

test('a bucket that is never empty ends with an error', async () => {
  answers = operation =>
    operation === 'ListStackResources'
      ? stack(BUCKET)
      : operation === 'ListObjectsV2'
        ? objects('a')
        : '<DeleteResult/>';
  await expect(remove()).rejects.toThrow(/^b cannot be emptied: 3 pages in a row have nothing new/);
  expect(times('DeleteObjects')).toBeLessThan(6);
});

test('one with several pages of objects is emptied', async () => {
  const left = [['a', 'b'], ['c'], []];
  answers = operation => {
    if (operation === 'ListStackResources') return stack(BUCKET);
    if (operation === 'ListObjectsV2') return objects(...(left[0] ?? []));
    left.shift();
    return '<DeleteResult/>';
  };
  await remove();
  expect(times('DeleteObjects')).toBe(2);
});
