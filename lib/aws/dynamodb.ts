import {
  type AttributeValue,
  DynamoDBClient,
  type DynamoDBClientConfig,
  DynamoDBServiceException,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { pageGuard } from '../pages.ts';
import { reasonOf } from '../reason.ts';
import { awsClient } from './client.ts';

export type Attribute = AttributeValue;
export type Item = Readonly<Record<string, Attribute>>;

export interface Table {
  readonly name: string;
  readonly region: string;
  /** Where DynamoDB is; absent: AWS's own. */
  readonly endpoint?: string | undefined;
  readonly credentials: NonNullable<DynamoDBClientConfig['credentials']>;
}

/** The table cannot be read; the message says why, in DynamoDB's words. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

const ATTEMPTS = 5;

/**
 * All items of a table whose attribute has a value, page by page, as they stand now.
 *
 * @throws TableError
 */
export async function scanTable(table: Table, attribute: string, value: string): Promise<Item[]> {
  const { name, region, endpoint, credentials } = table;
  const place = { region, credentials, ...(endpoint !== undefined && { endpoint }) };
  const client = awsClient(DynamoDBClient, { maxAttempts: ATTEMPTS, ...place });
  const pages = paginateScan(
    { client },
    {
      TableName: name,
      ConsistentRead: true,
      FilterExpression: '#a = :v',
      ExpressionAttributeNames: { '#a': attribute },
      ExpressionAttributeValues: { ':v': { S: value } },
    },
  );
  const items: Item[] = [];
  const guard = pageGuard(why => new Error(`the scan does not end: ${why}`));
  try {
    for await (const { Items = [], LastEvaluatedKey } of pages) {
      items.push(...Items);
      if (LastEvaluatedKey) guard(JSON.stringify(LastEvaluatedKey));
    }
  } catch (error) {
    throw new TableError(`DynamoDB table ${name} in ${region}: ${saidBy(error)}`, { cause: error });
  }
  return items;
}

/** What DynamoDB says; where something else answers, or nothing does, what is known of that. */
function saidBy(error: unknown): string {
  if (error instanceof DynamoDBServiceException)
    return reasonOf(`${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`);
  return reasonOf(error);
}
