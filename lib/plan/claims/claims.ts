import { matchesAny } from '../../glob.ts';
import type { DnsName, ObjectRef } from '../../model/index.ts';
import type { ClaimRule } from '../settings.ts';
import { within } from '../zones/zone-filter.ts';

/** A record set that an object asks for. */
export interface Asking {
  readonly object: ObjectRef;
  readonly name: DnsName;
  readonly type: string;
  /** The name is that of a selected hosted zone. */
  readonly apex: boolean;
}

export interface ClaimVerdict {
  readonly allowed: boolean;
  /** The rule that decided: `claims[0]`; absent where none did. */
  readonly rule?: string;
  /** The end of a sentence for a person; empty where it is allowed. */
  readonly why: string;
}

/** Labels that other protocols take for the word of whoever has the domain: certificates, mail. */
const TRUSTED: ReadonlySet<string> = new Set(['_acme-challenge', '_domainkey', '_dmarc', '_mta-sts']);

const PERMISSIONS = ['wildcard', 'apex', 'underscore'] as const;
type Permission = (typeof PERMISSIONS)[number];

const NEEDS: Readonly<Record<Permission, (asking: Asking) => boolean>> = {
  wildcard: ({ name }) => name.startsWith('*.'),
  apex: ({ apex }) => apex,
  underscore: ({ name }) => name.startsWith('_') || name.includes('._'),
};

/**
 * Whether an object may have a record set. The one seam at which other rules can be chosen. The first rule that fits the
 * object's cluster and namespace, the name's domain and the type decides:
 *
 * | `claims`                             | the first rule that fits   | the name                             | verdict |
 * |--------------------------------------|----------------------------|--------------------------------------|---------|
 * | none                                 |                            | has a label of {@link TRUSTED}, and is not a DNSEndpoint's | refused |
 * | none                                 |                            | any other                            | allowed |
 * | some                                 | none                       | any                                  | refused |
 * | some                                 | has no `wildcard: true`    | `*.…`                                | refused |
 * | some                                 | has no `apex: true`        | that of a hosted zone                | refused |
 * | some                                 | has no `underscore: true`  | has a label that begins with `_`     | refused |
 * | some                                 | has what the name needs    | any                                  | allowed |
 */
export function decideClaim(rules: readonly ClaimRule[], asking: Asking): ClaimVerdict {
  if (rules.length === 0) return withoutRules(asking);
  const { object, name, type } = asking;
  const at = rules.findIndex(rule => fits(rule, asking));
  const rule = rules[at];
  if (!rule) {
    const why = `none of claims of the config fits the namespace ${object.namespace} of ${object.cluster} with ${name} ${type}: add a rule, or give the object another name`;
    return { allowed: false, why };
  }
  const decided = `claims[${at}]`;
  const missing = PERMISSIONS.filter(permission => NEEDS[permission](asking) && !rule[permission]);
  if (missing.length === 0) return { allowed: true, rule: decided, why: '' };
  const keys = missing.map(permission => `${permission}: true`).join(' and ');
  const why = `${decided} of the config, the first that fits, would need ${keys}`;
  return { allowed: false, rule: decided, why };
}

function withoutRules({ object, name }: Asking): ClaimVerdict {
  const label = object.kind === 'crd' ? undefined : name.split('.').find(part => TRUSTED.has(part));
  if (label === undefined) return { allowed: true, why: '' };
  const why = `other protocols take what stands under ${label} for the word of whoever has the domain: ask for it with a DNSEndpoint, or add a rule to claims of the config with underscore: true`;
  return { allowed: false, why };
}

function fits({ clusters, namespaces, domains, types }: ClaimRule, { object, name, type }: Asking): boolean {
  return (
    matchesAny(object.cluster, clusters) &&
    matchesAny(object.namespace, namespaces) &&
    (domains.length === 0 || domains.some(domain => within(name, domain))) &&
    (types.length === 0 || types.some(one => one === type))
  );
}
