import { SignatureV4 } from '@smithy/signature-v4';
import { type Backoff, waitAfter } from '../backoff.ts';
import { systemClock } from '../clock.ts';
import { reasonOf } from '../reason.ts';
import { Sha256 } from './sha256.ts';

/** An attribute as DynamoDB writes it: `{"S": "text"}`, `{"M": {…}}`. */
export interface Attribute {
  readonly S?: string;
  readonly M?: Readonly<Record<string, Attribute>>;
}

export type Item = Readonly<Record<string, Attribute>>;

export interface Table {
  readonly name: string;
  readonly region: string;
  /** Where DynamoDB is; absent: AWS's own. */
  readonly endpoint?: string | undefined;
  readonly credentials: () => Promise<Credentials>;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The table cannot be read; the message says why, in DynamoDB's words. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

const ATTEMPTS = 5;
const WAITS: Backoff = { first: 300, longest: 5_000 };
const PATIENCE_MS = 30_000;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const PASSING = /ProvisionedThroughputExceeded|Throttling|RequestLimitExceeded|InternalServerError/;

/**
 * All items of a table whose attribute has a value, page by page: one request of the API
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html), signed with what signs the
 * clusters' tokens.
 *
 * @throws TableError
 */
export async function scanTable(table: Table, attribute: string, value: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await scanPage(table, {
      TableName: table.name,
      ConsistentRead: true,
      FilterExpression: '#a = :v',
      ExpressionAttributeNames: { '#a': attribute },
      ExpressionAttributeValues: { ':v': { S: value } },
      ...(from && { ExclusiveStartKey: from }),
    });
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

interface Page {
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

async function scanPage(table: Table, input: object): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    const { status, text } = await post(table, JSON.stringify(input));
    if (status === 200) return JSON.parse(text) as Page;
    const { type, message } = errorOf(text);
    if (attempt === ATTEMPTS || (status < 500 && !PASSING.test(type)))
      throw new TableError(`DynamoDB table ${table.name} in ${table.region}: ${status} ${type}: ${message}`);
    await systemClock.sleep(waitAfter(attempt, WAITS, systemClock));
  }
}

async function post({ name, region, endpoint, credentials }: Table, body: string) {
  const url = new URL(endpoint ?? `https://dynamodb.${region}.${suffixOf(region)}/`);
  const signer = new SignatureV4({ service: 'dynamodb', region, credentials, sha256: Sha256 });
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.Scan',
    },
    body,
  };
  try {
    const { headers } = await signer.sign(request);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    throw new TableError(`DynamoDB table ${name} in ${region}: ${url.host} cannot be asked: ${reasonOf(cause)}`, {
      cause: error,
    });
  }
}

/** Of `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` the last part. */
function errorOf(text: string): { type: string; message: string } {
  try {
    const { __type = '', message, Message } = JSON.parse(text) as Record<string, string | undefined>;
    return { type: __type.split('#').at(-1) ?? '', message: message ?? Message ?? 'no message' };
  } catch {
    return { type: 'unknown', message: 'the answer is not DynamoDB’s' };
  }
}

const suffixOf = (region: string) => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');
