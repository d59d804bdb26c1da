import { SERVICE_TYPES } from '../lib/config/object-keys.ts';
import {
  namespacesRead,
  placesOf,
  type ResourceKind,
  SOURCE_GROUPS,
  SOURCE_KINDS,
  type SourceKind,
  sourceSettings,
} from '../lib/sources/index.ts';
import { leastConfig } from './least-config.ts';

/** What a forwarder reads for a source. The chart makes its roles of these. */
interface ChartRule {
  readonly group: string;
  readonly resource: string;
  /** Where, once `filters.namespaces` names some: in these, in `gateway.namespace`, or all over the cluster. */
  readonly of: 'namespaces' | 'gateway' | 'cluster';
  /** Only where Services of these types count; absent: always. */
  readonly types?: readonly string[];
}

/** The namespaces of which a source reads its resources, by settings that show which they are. */
function readWith(kind: SourceKind, types: readonly string[]) {
  const keys = { filters: { namespaces: ['namespaces'] }, gateway: { namespace: 'gateway' }, service: { types } };
  return namespacesRead([kind], [sourceSettings(leastConfig(keys))]);
}

function rulesOf(kind: SourceKind): ChartRule[] {
  const always = readWith(kind, ['LoadBalancer']);
  const typesOf = (resource: ResourceKind) => SERVICE_TYPES.filter(type => readWith(kind, [type]).has(resource));
  return [...readWith(kind, [])].flatMap(([resource, [namespace = 'cluster']]) =>
    placesOf(resource).map(({ group, plural }) => ({
      ...{ group, resource: plural, of: namespace as ChartRule['of'] },
      ...(!always.has(resource) && { types: typesOf(resource) }),
    })),
  );
}

function lineOf(rule: ChartRule): string {
  const said = (value: string | readonly string[]) =>
    typeof value === 'string' ? value || '""' : `[${value.join(', ')}]`;
  const pairs = Object.entries(rule).map(([key, value]) => `${key}: ${said(value)}`);
  return `  - { ${pairs.join(', ')} }\n`;
}

/** forwarder/chart/rules.yaml: the rules of each word of `sources`. */
export function chartRules(): string {
  const words: Readonly<Record<string, readonly SourceKind[]>> = {
    ...Object.fromEntries(SOURCE_KINDS.map(kind => [kind, [kind]])),
    ...SOURCE_GROUPS,
  };
  const lines = Object.entries(words).map(([word, kinds]) => {
    const rules = new Set(kinds.flatMap(rulesOf).map(lineOf));
    return `${word}:\n${[...rules].join('')}`;
  });
  return `# Made of lib/sources/kinds.ts by "npm run manifests"; do not edit it here.\n${lines.join('')}`;
}
