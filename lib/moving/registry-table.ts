import type { Attribute, Item } from '../aws/dynamodb.ts';
import type { HeldRecord } from '../plan/index.ts';

/** What stands in the table and is no item of ExternalDNS 0.22's registry. */
export class UnknownItem extends Error {
  override readonly name = 'UnknownItem';
}

/**
 * Reads an item of ExternalDNS's DynamoDB registry (registry/dynamodb/registry.go): `k` is `name#type#set identifier`, `l` a map of
 * labels, of which `resource` names the object. The table has no affixes and no encryption.
 *
 * @throws UnknownItem
 */
export function heldRecord({ k, l }: Item): HeldRecord {
  const key = k?.S;
  const [name = '', type, ...rest] = key?.split('#') ?? [];
  if (key === undefined || name === '' || !type || rest.length === 0)
    throw new UnknownItem(
      `the key ${JSON.stringify(key ?? k)} is not name#type#set-identifier: is this the table of ExternalDNS's registry?`,
    );
  // A set identifier may have the character itself.
  const setIdentifier = rest.join('#');
  const resource = labelOf(l, 'resource');
  return {
    name: name
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^\\052(?=\.)/, '*'),
    type: type.toUpperCase(),
    ...(setIdentifier !== '' && { setIdentifier }),
    ...(resource !== undefined && { resource }),
  };
}

const labelOf = (labels: Attribute | undefined, name: string) => labels?.M?.[name]?.S;
