import type { AffixSettings, DnsName } from '../model/index.ts';
import type { Keyring } from './cipher.ts';

/** How ownership records are named and written (config `registry`). */
export interface NamingSettings extends AffixSettings {
  /** For encrypted ownership records; absent: plain ones are written, and encrypted ones cannot be read. */
  readonly keys?: Keyring;
}

/** What the name of an ownership record stands for. `type` is empty in the oldest format, which names no type. */
export interface NamedRecord {
  readonly name: DnsName;
  readonly type: string;
}

const TEMPLATE = '%{record_type}';

/** The record types that can stand in an ownership record's name, in the order in which ExternalDNS tries them. */
const EXTERNALDNS_TYPES = ['A', 'AAAA', 'CNAME', 'NS', 'MX', 'PTR', 'SRV', 'NAPTR', 'TXT', 'DNAME'];

/** Those that ExternalDNS does not know: it reads `https-shop` as the oldest format, of the host `https-shop`. */
const OTHER_TYPES = ['CAA', 'DS', 'HTTPS', 'SVCB'];

const TYPES = [...EXTERNALDNS_TYPES, ...OTHER_TYPES];

/**
 * The first label of an apex ownership record, between the affixes. ExternalDNS with the same affixes reads it as the
 * oldest format (no type) of a record named `_fairlead-apex-a.ZONE`, a name that is reserved and never published.
 */
export const APEX = '_fairlead-apex-';

const typeInAffix = ({ prefix, suffix }: NamingSettings) => prefix.includes(TEMPLATE) || suffix.includes(TEMPLATE);
const filled = (affix: string, type: string) => affix.replaceAll(TEMPLATE, type);

/**
 * The name of the ownership record of `name` and `type` in the zone with the apex `zone`.
 *
 * | record                        | prefix, suffix        | ownership record                       |
 * |-------------------------------|-----------------------|----------------------------------------|
 * | `www.example.com` A           |                       | `a-www.example.com`                    |
 * | `www.example.com` A           | `txt-`                | `txt-a-www.example.com`                |
 * | `www.example.com` A           | `%{record_type}.`     | `a.www.example.com`                    |
 * | `www.example.com` A           | suffix `-txt`         | `a-www-txt.example.com`                |
 * | `*.example.com` A             |                       | `a-*.example.com`                      |
 * | `example.com` A (apex)        | `edns-%{record_type}.`| `edns-a.example.com`                   |
 * | `example.com` A (apex)        |                       | `_fairlead-apex-a.example.com`, because |
 * |                               |                       | `a-example.com` lies outside the zone  |
 */
export function ownershipName(name: DnsName, type: string, zone: DnsName, settings: NamingSettings): DnsName {
  const plain = affixed(name, type, settings);
  if (name !== zone || plain.endsWith(`.${zone}`)) return plain;
  const lower = type.toLowerCase();
  return `${filled(settings.prefix, lower)}${APEX}${lower}${filled(settings.suffix, lower)}.${zone}`;
}

/** ExternalDNS's own rule (registry/mapper of 0.22), which may leave the zone. */
function affixed(name: DnsName, type: string, settings: NamingSettings): DnsName {
  const lower = type.toLowerCase();
  const dot = name.indexOf('.');
  let label = dot < 0 ? name : name.slice(0, dot);
  const rest = dot < 0 ? '' : name.slice(dot);
  if (label === '*' && settings.wildcardReplacement !== '') label = settings.wildcardReplacement;
  if (!typeInAffix(settings)) label = `${lower}-${label}`;
  return `${filled(settings.prefix, lower)}${label}${filled(settings.suffix, lower)}${rest}`;
}

/**
 * Reads the name of an ownership record, in every format that ExternalDNS wrote: with the type in front, in the affix,
 * or (the oldest) without type. Undefined when the name does not carry the affixes.
 */
export function readOwnershipName(txt: DnsName, zone: DnsName, settings: NamingSettings): NamedRecord | undefined {
  return readApexName(txt, zone, settings) ?? readPlainName(txt, settings);
}

/** The other reading of a name that ExternalDNS would not take for one of a type; undefined where there is none. */
export function readOlderName(
  named: NamedRecord,
  txt: DnsName,
  zone: DnsName,
  settings: NamingSettings,
): NamedRecord | undefined {
  if (!OTHER_TYPES.includes(named.type) || readApexName(txt, zone, settings)) return undefined;
  return readPlainName(txt, settings, EXTERNALDNS_TYPES);
}

function readApexName(txt: DnsName, zone: DnsName, settings: NamingSettings): NamedRecord | undefined {
  if (!txt.includes(APEX) || !txt.endsWith(`.${zone}`)) return undefined;
  const type = TYPES.find(candidate => {
    const lower = candidate.toLowerCase();
    return txt === `${filled(settings.prefix, lower)}${APEX}${lower}${filled(settings.suffix, lower)}.${zone}`;
  });
  return type === undefined ? undefined : { name: zone, type };
}

function readPlainName(txt: DnsName, settings: NamingSettings, types = TYPES): NamedRecord | undefined {
  if (settings.suffix === '') return stripAffix(txt, settings.prefix, true, settings, types);
  const labels = txt.split('.');
  const used = settings.suffix.split('.').length;
  if (labels.length < used) return undefined;
  const read = stripAffix(labels.slice(0, used).join('.'), settings.suffix, false, settings, types);
  const rest = labels.slice(used).join('.');
  return read && rest !== '' ? { name: `${read.name}.${rest}`, type: read.type } : read;
}

function stripAffix(
  text: string,
  affix: string,
  front: boolean,
  settings: NamingSettings,
  types: readonly string[],
): NamedRecord | undefined {
  const strip = (part: string) => {
    if (front) return text.startsWith(part) ? text.slice(part.length) : undefined;
    return text.endsWith(part) ? text.slice(0, text.length - part.length) : undefined;
  };
  if (typeInAffix(settings)) {
    for (const type of types) {
      const name = strip(filled(affix, type.toLowerCase()));
      if (name) return { name, type };
    }
  }
  const name = strip(filled(affix, ''));
  return name ? splitType(name, types) : undefined;
}

/** The name behind a label that is a record type, and the type: what the prefix `%{record_type}.` makes of a name. */
export function behindType(name: DnsName): NamedRecord | undefined {
  const dot = name.indexOf('.');
  const type = dot > 0 ? name.slice(0, dot).toUpperCase() : '';
  return TYPES.includes(type) ? { name: name.slice(dot + 1), type } : undefined;
}

function splitType(name: string, types: readonly string[]): NamedRecord {
  const dash = name.indexOf('-');
  const type = dash > 0 ? name.slice(0, dash).toUpperCase() : '';
  return types.includes(type) && name.length > dash + 1 ? { name: name.slice(dash + 1), type } : { name, type: '' };
}
