import type { Found } from './input.ts';

type Values = { readonly [key: string]: unknown };

/** The values of ExternalDNS's own chart, and the flags that its Deployment makes of them (chart 1.22, `deployment.yaml`). */
const LISTS: Readonly<Record<string, string>> = {
  sources: 'source',
  domainFilters: 'domain-filter',
  excludeDomains: 'exclude-domains',
  managedRecordTypes: 'managed-record-types',
};

const TEXTS: Readonly<Record<string, string>> = {
  logLevel: 'log-level',
  logFormat: 'log-format',
  interval: 'interval',
  policy: 'policy',
  registry: 'registry',
  txtOwnerId: 'txt-owner-id',
  txtPrefix: 'txt-prefix',
  txtSuffix: 'txt-suffix',
  gatewayNamespace: 'gateway-namespace',
  labelFilter: 'label-filter',
  annotationFilter: 'annotation-filter',
  annotationPrefix: 'annotation-prefix',
};

const SWITCHES: Readonly<Record<string, string>> = {
  triggerLoopOnEvent: 'events',
  enableGatewayListenerSets: 'gateway-listener-sets',
};

/** What the chart takes where the values say nothing. */
const DEFAULTS: Values = { sources: ['service', 'ingress'], registry: 'txt' };

/** The arguments that the chart would start ExternalDNS with. */
export function helmArguments(given: Values): Found {
  const values: Values = {
    ...DEFAULTS,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)),
  };
  const namespaced = values.namespaced === true;
  const namespace = values.sourceNamespace ?? values.namespaceOverride;
  const words = [
    ...Object.entries(LISTS).flatMap(([key, flag]) => listIn(values[key]).map(item => `--${flag}=${item}`)),
    ...Object.entries(TEXTS).flatMap(([key, flag]) => (isText(values[key]) ? [`--${flag}=${values[key]}`] : [])),
    ...Object.entries(SWITCHES).flatMap(([key, flag]) => (values[key] === true ? [`--${flag}`] : [])),
    ...(namespaced && namespace !== undefined ? [`--namespace=${namespace}`] : []),
    ...providerOf(values.provider),
    ...extraArguments(values.extraArgs),
  ];
  return { words, problems: problemsOf(values, namespaced && namespace === undefined) };
}

function problemsOf(values: Values, withoutNamespace: boolean): string[] {
  const namespace = 'namespaced: the namespace of the release is not among the values: add it to filters.namespaces';
  const bitnami =
    'aws: a key of another chart, which is not read: give the Deployment (kubectl get deployment -o yaml)';
  return [...(withoutNamespace ? [namespace] : []), ...(values.aws === undefined ? [] : [bitnami])];
}

const isText = (value: unknown) => value !== undefined && value !== '' && typeof value !== 'object';
const listIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function providerOf(provider: unknown): string[] {
  if (typeof provider === 'string') return [`--provider=${provider}`];
  const { name } = (provider ?? {}) as Values;
  return typeof name === 'string' ? [`--provider=${name}`] : [];
}

/** A list of arguments, or a map of flags. */
function extraArguments(extra: unknown): string[] {
  if (Array.isArray(extra)) return extra.map(String);
  return Object.entries((extra ?? {}) as Values).flatMap(([flag, value]) => {
    if (Array.isArray(value)) return value.map(item => `--${flag}=${item}`);
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
    return [value === null ? `--${flag}` : `--${flag}=${value}`];
  });
}
