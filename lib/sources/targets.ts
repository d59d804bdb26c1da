import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { firstAndCount } from '../shown.ts';
import { canonicalHostname, quoted } from './hostname.ts';
import { localProblem } from './local.ts';
import type { Field, Notes } from './notes.ts';
import { at, fieldOf, listAt } from './object.ts';

/** What a target makes by itself: an address or a name. */
type TargetType = 'A' | 'AAAA' | 'CNAME';

/** The targets of one record set: addresses of one family, or a single name. Sorted, without duplicates, not empty. */
export interface TargetSet {
  readonly type: TargetType;
  readonly targets: readonly string[];
}

type Target = { readonly type: TargetType; readonly value: string } | { readonly problem: string };

const SHOWN_NAMES = 5;

/** The addresses and names in `status.loadBalancer.ingress`, where Services and Ingresses are told of their load balancer. */
export function loadBalancerFields(status: unknown, notes: Notes): Field[] {
  const list = listAt(at(status, 'loadBalancer'), 'ingress', 'status.loadBalancer.ingress', notes);
  const fields: Field[] = [];
  list.forEach((entry, i) => {
    for (const key of ['ip', 'hostname']) {
      const field = fieldOf(at(entry, key), `status.loadBalancer.ingress[${i}].${key}`, notes);
      if (field) fields.push(field);
    }
  });
  return fields;
}

/**
 * Sorts targets into the record sets that they make: A and AAAA of addresses, CNAME of a name.
 *
 * | given               | record sets                                                                          |
 * |---------------------|--------------------------------------------------------------------------------------|
 * | addresses           | A with the IPv4, AAAA with the IPv6 addresses, as they are spelled                    |
 * | one name            | CNAME                                                                                |
 * | several names       | CNAME of the first in sorted order (a name has one CNAME, RFC 1034 3.6.2), a warning |
 * | addresses and names | the addresses (a CNAME tolerates no other record), a warning                         |
 * | anything malformed  | none at all: a part of the targets must not replace all of them                      |
 *
 * @throws TooMuch
 */
export function targetSets(fields: readonly Field[], notes: Notes): TargetSet[] {
  const values: Record<TargetType, string[]> = { A: [], AAAA: [], CNAME: [] };
  let malformed = false;
  for (const field of fields) {
    const target = readTarget(field.text);
    if ('problem' in target) notes.add('invalid', field.field, target.problem);
    else values[target.type].push(target.value);
    malformed ||= 'problem' in target;
  }
  if (malformed) return [];
  const names = unique(values.CNAME);
  const addresses: readonly TargetSet[] = [
    { type: 'A', targets: unique(values.A) },
    { type: 'AAAA', targets: uniqueIPv6(values.AAAA) },
  ];
  notes.pointsTo(Math.max(names.length, ...addresses.map(({ targets }) => targets.length)));
  const field = fields[0]?.field ?? '';
  if (values.A.length + values.AAAA.length > 0) {
    if (names.length > 0)
      notes.add('warning', field, `addresses are published, and not beside them: ${firstAndCount(names, SHOWN_NAMES)}`);
    return addresses.filter(set => set.targets.length > 0);
  }
  const [first, ...others] = names;
  if (first === undefined) return [];
  if (others.length > 0)
    notes.add(
      'warning',
      field,
      `only ${first} is published, a name has one CNAME: ${firstAndCount(others, SHOWN_NAMES)}`,
    );
  return [{ type: 'CNAME', targets: [first] }];
}

/** A target that others can reach, in canonical form. */
function readTarget(text: string): Target {
  const target = parseTarget(text);
  const problem = 'type' in target ? localProblem(target.type, target.value) : undefined;
  return problem === undefined ? target : { problem: `${quoted(text)} ${problem}` };
}

function parseTarget(text: string): Target {
  if (isIPv4(text)) return { type: 'A', value: text };
  if (text.includes(':') && isIPv6(text)) return readIPv6(text);
  const result = canonicalHostname(text, { reserved: true });
  if ('name' in result) return { type: 'CNAME', value: result.name };
  return { problem: `${quoted(text)} is neither an address nor a hostname: ${result.problem}` };
}

function readIPv6(text: string): Target {
  if (text.includes('%')) return { problem: `${quoted(text)} has a zone index, which means nothing in DNS: remove it` };
  if (!ipaddr.IPv6.parse(text).isIPv4MappedAddress()) return { type: 'AAAA', value: text };
  return { problem: `${quoted(text)} is an IPv4 address in IPv6 form: write it as an IPv4 address` };
}

const unique = (values: readonly string[]) => (values.length < 2 ? values : [...new Set(values)].sort());

/** Two spellings of one address are one target; of them the first in sorted order is kept. */
function uniqueIPv6(values: readonly string[]): readonly string[] {
  if (values.length < 2) return values;
  const byAddress = new Map<string, string>();
  for (const value of unique(values)) {
    const address = ipaddr.IPv6.parse(value).toString();
    if (!byAddress.has(address)) byAddress.set(address, value);
  }
  return [...byAddress.values()];
}
