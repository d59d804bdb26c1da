import { element, wrap } from '../aws/xml.ts';
import { changeInfoXml, delegationXml, hostedZoneXml, vpcXml } from './answers.ts';
import { constraint, invalidInput, Route53Error } from './errors.ts';
import { bareZoneId, type HostedZone, type Vpc, type ZoneOptions } from './hosted-zone.ts';
import { Problem, parseName, sortKey } from './names.ts';
import { type Account, type Call, maxItems, type Operation } from './operations.ts';
import { booleanOf, fieldsOf, readXml, textOf, type XmlNode } from './xml-read.ts';

const PAGE = 100;

const listZones: Operation = (call, account) => {
  const count = maxItems(call, PAGE);
  const zones = account.zones(call).filter(typeFilter(call));
  const delegationSet = call.query.get('delegationsetid');
  if (delegationSet) throw noSuchDelegationSet(delegationSet);
  const marker = call.query.get('marker') ?? '';
  const from = marker ? zones.findIndex(zone => zone.id === bareZoneId(marker)) : 0;
  if (from < 0) throw invalidInput(`The specified marker is not valid: ${marker}`);
  const next = zones[from + count];
  return {
    xml:
      zonesXml(zones.slice(from, from + count)) +
      element('Marker', marker || undefined) +
      element('IsTruncated', next !== undefined) +
      element('NextMarker', next?.id) +
      element('MaxItems', count),
  };
};

function typeFilter({ query }: Call): (zone: HostedZone) => boolean {
  const type = query.get('hostedzonetype') ?? '';
  if (type !== '' && type !== 'PrivateHostedZone') {
    throw constraint('hostedZoneType', type, 'satisfy enum value set: [PrivateHostedZone]');
  }
  return zone => type === '' || zone.private;
}

function noSuchDelegationSet(id: string): Route53Error {
  return new Route53Error(400, 'NoSuchDelegationSet', `No delegation set found with ID: ${id}`);
}

function zonesXml(zones: readonly HostedZone[]): string {
  return wrap('HostedZones', zones.map(hostedZoneXml).join(''));
}

const listZonesByName: Operation = (call, account) => {
  const count = maxItems(call, PAGE);
  const name = call.query.get('dnsname') ?? '';
  const id = bareZoneId(call.query.get('hostedzoneid') ?? '');
  if (id && !name) throw invalidInput('The input is not valid');
  const canonical = name && domainName(name);
  const start = canonical ? [sortKey(canonical), id] : ['', ''];
  const zones = [...account.zones(call)]
    .map(zone => ({ zone, key: [sortKey(zone.name), zone.id] }))
    .filter(({ key }) => !before(key, start))
    .sort((a, b) => (before(a.key, b.key) ? -1 : 1))
    .map(({ zone }) => zone);
  const next = zones[count];
  return {
    xml:
      zonesXml(zones.slice(0, count)) +
      element('DNSName', canonical || undefined) +
      element('HostedZoneId', id || undefined) +
      element('IsTruncated', next !== undefined) +
      element('NextDNSName', next?.name) +
      element('NextHostedZoneId', next?.id) +
      element('MaxItems', count),
  };
};

function before([nameA = '', idA = '']: string[], [nameB = '', idB = '']: string[]): boolean {
  return nameA === nameB ? idA < idB : nameA < nameB;
}

function domainName(text: string): string {
  try {
    return parseName(text);
  } catch (error) {
    if (error instanceof Problem) throw new Route53Error(400, 'InvalidDomainName', error.message);
    throw error;
  }
}

const createZone: Operation = (call, account) => {
  const options = readCreateRequest(call.body);
  checkUnique(options, call, account);
  account.callerReferences.add(options.callerReference);
  const zone = account.store.addZone({ ...options, account: call.identity.account });
  const rest = zone.private ? zone.vpcs.map(vpcXml).join('') : delegationXml(zone);
  return {
    status: 201,
    location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
    xml: hostedZoneXml(zone) + changeInfoXml(account.newChange(call), 'PENDING') + rest,
  };
};

type CreateRequest = ZoneOptions & { readonly callerReference: string };

function readCreateRequest(body: Buffer): CreateRequest {
  const root = readXml(body, 'CreateHostedZoneRequest');
  const fields = fieldsOf(root, ['Name', 'CallerReference'], ['VPC', 'HostedZoneConfig', 'DelegationSetId']);
  const delegationSet = textOf(fields, 'DelegationSetId');
  if (delegationSet) throw noSuchDelegationSet(delegationSet);
  const name = domainName(textOf(fields, 'Name') ?? '');
  if (name === '.') throw new Route53Error(400, 'InvalidDomainName', "The specified domain name isn't valid.");
  const configNode = fields.get('HostedZoneConfig');
  const config = configNode && fieldsOf(configNode, [], ['Comment', 'PrivateZone']);
  const vpcNode = fields.get('VPC');
  const vpcs = vpcNode ? [readVpc(vpcNode)] : [];
  const comment = config && textOf(config, 'Comment');
  if (vpcs.length === 0 && config && booleanOf(config, 'PrivateZone')) {
    const missing = 'you must also specify values for VPCId and VPCRegion.';
    throw invalidInput(
      `When you're creating a private hosted zone (when you specify true for PrivateZone), ${missing}`,
    );
  }
  return {
    name,
    callerReference: textOf(fields, 'CallerReference') ?? '',
    private: vpcs.length > 0,
    vpcs,
    ...(comment !== undefined && { comment }),
  };
}

function readVpc(node: XmlNode): Vpc {
  const fields = fieldsOf(node, [], ['VPCRegion', 'VPCId']);
  const [region, id] = [textOf(fields, 'VPCRegion'), textOf(fields, 'VPCId')];
  if (!region || !id) throw new Route53Error(400, 'InvalidVPCId', 'Invalid or missing VPC Id.');
  return { region, id };
}

function checkUnique({ name, callerReference, vpcs = [] }: CreateRequest, call: Call, account: Account): void {
  if (account.callerReferences.has(callerReference)) {
    const message = 'A hosted zone has already been created with the specified caller reference.';
    throw new Route53Error(409, 'HostedZoneAlreadyExists', message);
  }
  for (const vpc of vpcs) {
    const other = account
      .zones(call)
      .find(zone => zone.name === name && zone.vpcs.some(own => own.id === vpc.id && own.region === vpc.region));
    if (!other) continue;
    const message = `The VPC ${vpc.id} in region ${vpc.region} has already been associated with the hosted zone ${other.id} with the same domain name.`;
    throw new Route53Error(400, 'ConflictingDomainExists', message);
  }
}

const deleteZone: Operation = (call, account) => {
  const zone = account.zone(call);
  const { records } = zone;
  const others = records.size - records.at(zone.name).filter(set => set.type === 'NS' || set.type === 'SOA').length;
  if (others > 0) {
    const message = 'The specified hosted zone contains non-required resource record sets and so cannot be deleted.';
    throw new Route53Error(400, 'HostedZoneNotEmpty', message);
  }
  account.store.zones.delete(zone.id);
  return { xml: changeInfoXml(account.newChange(call), 'PENDING') };
};

export const zoneOperations = {
  ListHostedZones: listZones,
  ListHostedZonesByName: listZonesByName,
  CreateHostedZone: createZone,
  DeleteHostedZone: deleteZone,
} satisfies Record<string, Operation>;
