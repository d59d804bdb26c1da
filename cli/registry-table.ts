import { scanTable, type Table } from '../lib/aws/dynamodb.ts';
import { heldRecord } from '../lib/moving/index.ts';
import type { HeldRecord } from '../lib/plan/index.ts';

/** What ExternalDNS's DynamoDB registry says is an owner's. @throws TableError, UnknownItem */
export async function heldByOwner(table: Table, owner: string): Promise<HeldRecord[]> {
  return (await scanTable(table, 'o', owner)).map(heldRecord);
}
