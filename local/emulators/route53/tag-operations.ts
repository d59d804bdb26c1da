import { wrap } from '../aws/xml.ts';
import { tagSetXml } from './answers.ts';
import { constraint, invalidInput, Route53Error } from './errors.ts';
import type { HostedZone } from './hosted-zone.ts';
import type { Account, Call, Operation } from './operations.ts';
import { fieldsOf, itemsOf, readXml, textOf, type XmlNode } from './xml-read.ts';

/** Ids or tags that one call takes (API reference: ListTagsForResources, ChangeTagsForResource). */
const MAX_ITEMS = 10;
const MAX_ID = 32;

function tagged(call: Call, account: Account, id: string): HostedZone {
  if (call.kind === 'healthcheck') {
    throw new Route53Error(404, 'NoSuchHealthCheck', `A health check with id ${id} does not exist.`);
  }
  if (call.kind !== 'hostedzone') {
    throw constraint('resourceType', call.kind, 'satisfy enum value set: [healthcheck, hostedzone]');
  }
  return account.zone(call, id);
}

const listTags: Operation = (call, account) => ({ xml: tagSetXml(tagged(call, account, call.id)) });

const listTagsOfSeveral: Operation = (call, account) => {
  const fields = fieldsOf(readXml(call.body, 'ListTagsForResourcesRequest'), ['ResourceIds']);
  const ids = itemsOf(fields.get('ResourceIds') as XmlNode, 'ResourceId').map(node => node.text);
  if (ids.length > MAX_ITEMS) {
    throw constraint('resourceIds', `[${ids.join(', ')}]`, `have length less than or equal to ${MAX_ITEMS}`);
  }
  const long = ids.find(id => id.length > MAX_ID);
  if (long !== undefined) {
    const rule = `satisfy constraint: [Member must have length less than or equal to ${MAX_ID}]`;
    throw constraint('resourceIds', `[${long}]`, rule);
  }
  return { xml: wrap('ResourceTagSets', ids.map(id => tagSetXml(tagged(call, account, id))).join('')) };
};

const changeTags: Operation = (call, account) => {
  const fields = fieldsOf(readXml(call.body, 'ChangeTagsForResourceRequest'), [], ['AddTags', 'RemoveTagKeys']);
  const zone = tagged(call, account, call.id);
  const [add, remove] = [fields.get('AddTags'), fields.get('RemoveTagKeys')];
  if (!add && !remove) throw invalidInput('The input is not valid');
  const added = add ? atMost(itemsOf(add, 'Tag'), 'addTags').map(readTag) : [];
  const removed = remove ? atMost(itemsOf(remove, 'Key'), 'removeTagKeys').map(node => node.text) : [];
  for (const key of removed) zone.tags.delete(key);
  for (const [key, value] of added) zone.tags.set(key, value);
  return { xml: '' };
};

function atMost(nodes: readonly XmlNode[], field: string): readonly XmlNode[] {
  if (nodes.length <= MAX_ITEMS) return nodes;
  throw constraint(field, `[${nodes.length} items]`, `have length less than or equal to ${MAX_ITEMS}`);
}

function readTag(node: XmlNode): [key: string, value: string] {
  const fields = fieldsOf(node, [], ['Key', 'Value']);
  const [key, value] = [textOf(fields, 'Key') ?? '', textOf(fields, 'Value') ?? ''];
  if ([...key].length > 128) throw constraint('key', key, 'have length less than or equal to 128');
  if ([...value].length > 256) throw constraint('value', value, 'have length less than or equal to 256');
  return [key, value];
}

export const tagOperations = {
  ListTagsForResource: listTags,
  ListTagsForResources: listTagsOfSeveral,
  ChangeTagsForResource: changeTags,
} satisfies Record<string, Operation>;
