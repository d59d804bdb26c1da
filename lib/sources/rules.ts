import type { Config } from '../config/config.ts';
import type { ManagedType } from '../model/index.ts';
import type { Field, ObjectLimits } from './notes.ts';
import { parseSelector, type Selector } from './selector.ts';
import { parseTemplate, type Template } from './template/index.ts';

/** Which objects count, and what is made of them, where the config says more than their annotations. */
export interface ObjectRules {
  /** Of hostnames, and of the targets of such hostnames. */
  readonly templates: readonly Template[];
  readonly targetTemplates: readonly Template[];
  /** Templates in addition to the names that an object gives. */
  readonly combine: boolean;
  /** The hostname annotation does not count. */
  readonly ignoreAnnotation: boolean;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly labels: Selector;
  readonly annotations: Selector;
  readonly ingress: Config['ingress'];
  readonly service: Config['service'];
  /** Record types that are managed. */
  readonly types: readonly ManagedType[];
  /** CIDRs. */
  readonly targetNets: readonly string[];
  readonly excludeTargetNets: readonly string[];
  /** Of a DNSEndpoint's entry that gives none. */
  readonly defaultTargets: readonly Field[];
  readonly limits: ObjectLimits;
}

/** As the config has it where it says nothing. */
export const NO_RULES: ObjectRules = {
  templates: [],
  targetTemplates: [],
  combine: false,
  ignoreAnnotation: false,
  namespaces: [],
  labels: [],
  annotations: [],
  ingress: { classes: [], ignoreTls: false, ignoreRules: false },
  service: { types: [], publishInternal: false, publishHostIp: false, publishNotReady: false },
  types: ['A', 'AAAA', 'CNAME'],
  targetNets: [],
  excludeTargetNets: [],
  defaultTargets: [],
  limits: { hostnamesPerObject: 500, targetsPerObject: 400 },
};

export const rulesOf = ({ rules = NO_RULES }: { readonly rules?: ObjectRules }): ObjectRules => rules;

type RulesConfig = Pick<Config, 'hostnames' | 'filters' | 'ingress' | 'service'> & {
  readonly limits: ObjectLimits;
  readonly records: Pick<Config['records'], 'types' | 'targetNets' | 'excludeTargetNets' | 'defaultTargets'>;
};

/** Templates and selectors were checked with the config. */
export function rulesIn({ hostnames, filters, ingress, service, records, limits }: RulesConfig): ObjectRules {
  const selector = (text: string) => {
    const read = parseSelector(text);
    if ('problem' in read) throw new Error(`${text} is not a selector: ${read.problem}`);
    return read.selector;
  };
  return {
    templates: hostnames.templates.map(parseTemplate),
    targetTemplates: hostnames.targetTemplates.map(parseTemplate),
    combine: hostnames.combine,
    ignoreAnnotation: hostnames.ignoreAnnotation,
    namespaces: filters.namespaces,
    labels: selector(filters.labels),
    annotations: selector(filters.annotations),
    ingress,
    service,
    types: records.types,
    targetNets: records.targetNets,
    excludeTargetNets: records.excludeTargetNets,
    defaultTargets: records.defaultTargets.map((text, i) => ({
      text,
      field: `records.defaultTargets[${i}] of the config`,
    })),
    // Of `limits` no more than this: a fingerprint of the rules must not depend on how a cluster is read.
    limits: { hostnamesPerObject: limits.hostnamesPerObject, targetsPerObject: limits.targetsPerObject },
  };
}
