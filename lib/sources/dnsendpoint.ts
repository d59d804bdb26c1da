import { isIP } from 'node:net';
import {
  type DnsName,
  type Endpoint,
  isAddressType,
  isDelegationType,
  MANAGED_TYPES,
  type ManagedType,
  readValue,
} from '../model/index.ts';
import { aliasTypesOf, aliasWish, isForeign, isTrue, ttlIn } from './annotations.ts';
import { canonicalHostname, quoted } from './hostname.ts';
import { localProblemIn } from './local.ts';
import type { Field, Notes } from './notes.ts';
import { at, fieldOf, type KubernetesObject, listAt } from './object.ts';
import { routedEntry, zoneIdOf } from './provider.ts';
import { endpointsOf } from './publish.ts';
import type { Routed } from './routing.ts';
import { rulesOf } from './rules.ts';
import type { SourceContext, SourceSettings } from './settings.ts';

/** One entry of `spec.endpoints`, as far as it is sound. */
interface Entry {
  readonly name: DnsName;
  readonly type: ManagedType;
  readonly targets: readonly Field[];
  /** `spec.endpoints[2]` */
  readonly field: string;
  /** Of `providerSpecific`, by name. */
  readonly properties: ReadonlyMap<string, Field>;
  readonly ttl: number | undefined;
  readonly routed: Routed;
}

/** API reference, ResourceRecordSet: Type. */
const isRoutable = (type: ManagedType) => !isDelegationType(type);

/**
 * What a DNSEndpoint (`externaldns.k8s.io/v1alpha1`) asks for: each entry of `spec.endpoints` by itself. An entry that is
 * malformed is refused alone, and what is published of its name stays. Of the annotations only `controller` counts.
 */
export function dnsEndpointEndpoints(object: KubernetesObject, { settings }: SourceContext): Endpoint[] {
  if (isForeign(object)) return [];
  const { spec, notes } = object;
  return listAt(spec, 'endpoints', 'spec.endpoints', notes).flatMap((raw, i) => {
    const entry = entryOf(raw, `spec.endpoints[${i}]`, settings, notes);
    return entry ? fromEntry(entry, settings, notes) : [];
  });
}

/** Undefined: refused, and noted. */
function entryOf(raw: unknown, field: string, settings: SourceSettings, notes: Notes): Entry | undefined {
  // A null among them is skipped, as ExternalDNS does.
  if (raw === null) return undefined;
  const before = notes.wrongTypes;
  const dnsName = fieldOf(at(raw, 'dnsName'), `${field}.dnsName`, notes);
  const recordType = fieldOf(at(raw, 'recordType'), `${field}.recordType`, notes);
  const targets = listAt(raw, 'targets', `${field}.targets`, notes)
    .map((target, i) => fieldOf(target, `${field}.targets[${i}]`, notes))
    .filter(target => target !== undefined);
  const properties = propertiesOf(raw, field, notes);
  const setIdentifier = fieldOf(at(raw, 'setIdentifier'), `${field}.setIdentifier`, notes);
  if (notes.wrongTypes > before) return undefined;
  if (dnsName === undefined) {
    notes.wrongType(`${field}.dnsName`, 'a hostname');
    return undefined;
  }
  const result = canonicalHostname(dnsName.text, { wildcard: true });
  if ('problem' in result) {
    notes.malformed(dnsName, 'a hostname', result.problem);
    return undefined;
  }
  const { name } = result;
  notes.asksFor([name]);
  const type = typeOf(recordType ?? ofDefaults(targets, field, settings), name, field, settings, notes);
  if (type === undefined) return undefined;
  const routed = routedEntry(properties, setIdentifier);
  if ('problem' in routed) return refused(name, routed.reason, routed.field, routed.problem, notes);
  if (routed.routing && !isRoutable(type)) {
    const why = `Route 53 has no routing policies for records of type ${type}: remove it`;
    return refused(name, 'invalid', `${field}.setIdentifier`, why, notes);
  }
  return { name, type, targets, field, properties, ttl: ttlOf(raw, field, notes), routed };
}

/** `providerSpecific: [{name, value}]` */
function propertiesOf(raw: unknown, field: string, notes: Notes): Map<string, Field> {
  const properties = new Map<string, Field>();
  listAt(raw, 'providerSpecific', `${field}.providerSpecific`, notes).forEach((property, i) => {
    const where = `${field}.providerSpecific[${i}]`;
    const name = fieldOf(at(property, 'name'), `${where}.name`, notes);
    const value = at(property, 'value') ?? '';
    if (typeof value !== 'string') notes.wrongType(`${where}.value`, 'text');
    else if (name) {
      const property = { text: value, field: `${where} (${name.text})` };
      const first = properties.get(name.text);
      // As in ExternalDNS the first one counts.
      if (first === undefined) properties.set(name.text, property);
      else if (first.text !== value)
        notes.add('warning', property.field, `is ignored: ${first.field} says ${quoted(first.text)}`);
    }
  });
  return properties;
}

function typeOf(
  recordType: Field | undefined,
  name: DnsName,
  field: string,
  settings: SourceSettings,
  notes: Notes,
): ManagedType | undefined {
  const known = MANAGED_TYPES.find(type => type === recordType?.text);
  if (recordType === undefined) refused(name, 'invalid', `${field}.recordType`, 'it has no record type', notes);
  else if (known === undefined) {
    const types = MANAGED_TYPES.join(', ');
    refused(
      name,
      'invalid',
      recordType.field,
      `${quoted(recordType.text)} is no record type: it may be ${types}`,
      notes,
    );
  } else if (!rulesOf(settings).types.includes(known)) {
    const what = `records of type ${quoted(recordType.text)} are not managed: see records.types of the config`;
    notes.add('filtered', recordType.field, `${name} is left alone: ${what}`, name);
    notes.hold(name, what);
  } else return known;
  return undefined;
}

/** An entry that gives neither type nor targets is one for the config's default targets, as in ExternalDNS. */
function ofDefaults(targets: readonly Field[], field: string, settings: SourceSettings): Field | undefined {
  if (targets.length > 0 || rulesOf(settings).defaultTargets.length === 0) return undefined;
  return { text: 'A', field: `${field}.recordType` };
}

function refused(
  name: DnsName,
  reason: 'invalid' | 'unsupported' | 'no-target',
  field: string,
  why: string,
  notes: Notes,
): undefined {
  notes.refuse([name], reason, field, why);
  notes.hold(name, why);
}

/** `recordTTL` in seconds; 0 is none. */
function ttlOf(raw: unknown, field: string, notes: Notes): number | undefined {
  const value = at(raw, 'recordTTL');
  if (value === undefined || value === 0) return undefined;
  return ttlIn({ text: String(value), field: `${field}.recordTTL` }, notes);
}

function fromEntry(entry: Entry, settings: SourceSettings, notes: Notes): Endpoint[] {
  const { name, type, properties, field } = entry;
  const pointing = isAddressType(type);
  const alias = properties.get('alias');
  if (alias && !pointing) {
    refused(name, 'invalid', alias.field, `a record of type ${type} cannot be an alias`, notes);
    return [];
  }
  const byDefault = entry.targets.length === 0 && pointing;
  const targets = byDefault ? rulesOf(settings).defaultTargets : entry.targets;
  if (targets.length === 0) {
    refused(name, 'no-target', `${field}.targets`, 'it has no targets, what is published stays', notes);
    return [];
  }
  const wish = aliasWish(alias, notes);
  const health = properties.get('aws/evaluate-target-health');
  const zoneId = zoneIdOf(properties.get('aws/hosted-zone-id'), notes);
  if (zoneId === null) {
    notes.hold(name, 'its hosted zone is malformed');
    return [];
  }
  const common = {
    ...(entry.ttl !== undefined && { ttl: entry.ttl }),
    alias: wish,
    ...(health && { evaluateTargetHealth: isTrue(health, notes) }),
    ...(zoneId !== undefined && { zoneId }),
    ...entry.routed,
    object: notes.object,
  };
  if (!pointing) return withValues(entry, targets, common, notes);
  const aliasTypes = byDefault ? aliasTypesOf(alias) : narrowedTo(type, alias);
  const wanted = { ...common, ...(aliasTypes && { aliasTypes }) };
  const routedBy = properties.get('aws/multi-value-answer');
  // Default targets say by themselves what record they make.
  if (byDefault) return endpointsOf({ names: [name], targets }, wanted, settings, notes, routedBy);
  const misfit = targets.find(target => !fitsType(type, target, wish === 'always'));
  if (misfit) {
    refused(name, 'invalid', misfit.field, `${quoted(misfit.text)} is not a target of a record of type ${type}`, notes);
    return [];
  }
  return endpointsOf({ names: [name], targets }, wanted, settings, notes, routedBy);
}

/** The types of an alias to a name: an A or AAAA entry asks for its own, a CNAME for those that `alias` leaves. */
function narrowedTo(type: ManagedType, alias: Field | undefined): Endpoint['aliasTypes'] {
  if (type === 'A' || type === 'AAAA') return [type];
  return aliasTypesOf(alias);
}

/** A and AAAA have addresses of their family, or as an alias a name; CNAME has names. */
function fitsType(type: string, { text }: Field, alias: boolean): boolean {
  const family = isIP(text);
  if (type === 'CNAME') return family === 0;
  return family === (type === 'A' ? 4 : 6) || (alias && family === 0);
}

/** A record of another type than those that point somewhere: its values as they are, each brought into one form. */
function withValues(
  { name, type, field }: Entry,
  targets: readonly Field[],
  common: Pick<Endpoint, 'alias' | 'object'>,
  notes: Notes,
): Endpoint[] {
  const values = new Set<string>();
  for (const target of targets) {
    const read = readValue(type, target.text);
    const local = 'value' in read ? localProblemIn(type, read.value) : undefined;
    const problem = problemOf(type, target.text) ?? local;
    if (problem === undefined && 'value' in read) values.add(read.value);
    else {
      const why = problem ?? ('problem' in read ? read.problem : '');
      return (
        refused(name, 'invalid', target.field, `${quoted(target.text)} is not a value of ${type}: ${why}`, notes) ?? []
      );
    }
  }
  if (type === 'PTR' && !/.\.(?:in-addr|ip6)\.arpa$/.test(name)) {
    const why = 'a PTR record has a name that ends in .in-addr.arpa or .ip6.arpa';
    return refused(name, 'invalid', `${field}.dnsName`, why, notes) ?? [];
  }
  notes.pointsTo(values.size);
  return [{ name, type, targets: [...values].sort(), ...common }];
}

/** What ExternalDNS refuses, and what nobody may write. */
function problemOf(type: string, text: string): string | undefined {
  const dot = text.endsWith('.');
  if (type === 'TXT' && text.includes('heritage='))
    return 'a text with "heritage=" is an ownership record, which only fairlead writes';
  if ((type === 'SRV' || type === 'NAPTR') && !dot) return 'its name is written with a final dot';
  if ((type === 'NS' || type === 'PTR') && dot) return 'it is written without a final dot';
  return undefined;
}
