import { MANAGED_TYPES } from '../model/index.ts';
import { SOURCE_GROUPS, SOURCE_KINDS } from '../sources/index.ts';

/**
 * ExternalDNS's flags (0.22, `docs/flags.md` of its repository), and what becomes of each in fairlead.
 *
 * | kind   | meaning                                                              |
 * |--------|----------------------------------------------------------------------|
 * | `key`  | one or several keys of fairlead.yml say the same                      |
 * | `done` | nothing to set: fairlead does it, or has no need of it               |
 * | `else` | set elsewhere: in serverless.yml, in the environment, by a command   |
 * | `none` | fairlead cannot do it; `why` says what that means for the records    |
 */
export type Flag = { readonly flag: string; readonly form: Form } & (
  | {
      readonly kind: 'key';
      readonly keys: readonly string[];
      /** The flag's values → the value of each key; undefined: the key is left out. */
      readonly take: (values: readonly string[]) => readonly unknown[];
      /** Why a value has no equivalent; undefined: it has one. */
      readonly lacks?: (value: string) => string | undefined;
      readonly note?: string;
    }
  | {
      readonly kind: 'done' | 'else' | 'none';
      readonly why: string;
      /** Of a switch: why it has no equivalent where it is off; absent: off is what fairlead does anyway. */
      readonly off?: string;
    }
);

/** A flag takes one value (the last one counts), several, or is a switch: `--flag`, `--no-flag`. */
type Form = 'text' | 'list' | 'switch';

const last = (values: readonly string[]) => values.at(-1) ?? '';
const text = (flag: string, key: string, note?: string): Flag => ({
  ...{ flag, form: 'text', kind: 'key', keys: [key], take: values => [last(values)] },
  ...(note !== undefined && { note }),
});
const list = (flag: string, key: string, note?: string): Flag => ({
  ...{ flag, form: 'list', kind: 'key', keys: [key], take: values => [values] },
  ...(note !== undefined && { note }),
});
const toggle = (flag: string, key: string, note?: string): Flag => ({
  ...{ flag, form: 'switch', kind: 'key', keys: [key], take: values => [last(values) === 'true'] },
  ...(note !== undefined && { note }),
});
const done = (flag: string, why: string, form: Form = 'text'): Flag => ({ flag, form, kind: 'done', why });
const elsewhere = (flag: string, why: string, form: Form = 'text'): Flag => ({ flag, form, kind: 'else', why });
const none = (flag: string, why: string, form: Form = 'text'): Flag => ({ flag, form, kind: 'none', why });

/** `key` or `key=value` → a map. */
const tagsOf = (values: readonly string[]) =>
  Object.fromEntries(
    values.map(value => {
      const at = value.indexOf('=');
      return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
    }),
  );

const REGISTRIES = ['txt', 'noop'];

/** What fairlead reads of what ExternalDNS does. */
const isSource = (word: string): boolean => word in SOURCE_GROUPS || SOURCE_KINDS.some(kind => kind === word);
const isType = (word: string): boolean => MANAGED_TYPES.some(type => type === word);

const OTHER_SOURCE = 'fairlead has no such source';
const TUNING = 'fairlead does it by itself';

export const FLAGS: readonly Flag[] = [
  // Whose records
  text('txt-owner-id', 'owner', 'Never set: `owner: default`, as in ExternalDNS.'),
  text('txt-prefix', 'registry.prefix'),
  text('txt-suffix', 'registry.suffix'),
  text('txt-wildcard-replacement', 'registry.wildcardReplacement'),
  {
    ...{ flag: 'registry', form: 'text', kind: 'key', keys: ['registry.type'] },
    take: values => values.slice(-1).filter(value => REGISTRIES.includes(value)),
    lacks: value =>
      REGISTRIES.includes(value)
        ? undefined
        : `the registry "${value}" is not read: its records count as somebody else’s until they have ownership records in TXT${value === 'dynamodb' ? ', which fairlead import-registry gives them' : ''}`,
    note: '`txt` and `noop`; `dynamodb` is read once, by `fairlead import-registry`.',
  },
  {
    ...{ flag: 'txt-encrypt-enabled', form: 'switch', kind: 'key', keys: ['registry.encryptionKey'] },
    take: values => (last(values) === 'true' ? ['env:TXT_ENCRYPT_KEY'] : []),
    note: 'Give the key in the environment variable TXT_ENCRYPT_KEY, or name a parameter or a secret.',
  },
  elsewhere('txt-encrypt-aes-key', 'a secret: it belongs where registry.encryptionKey points to, never into the file'),
  elsewhere('migrate-from-txt-owner', 'a change of owner is one command, `fairlead transfer`, never a setting'),
  elsewhere('dynamodb-region', '`fairlead import-registry --region` reads the table once'),
  elsewhere('dynamodb-table', '`fairlead import-registry --table` reads the table once'),
  none('crd-registry-namespace', 'ownership is kept in TXT records'),
  {
    ...{ flag: 'policy', form: 'text', kind: 'key', keys: ['policy'], take: values => [last(values)] },
  },

  // Zones
  { flag: 'provider', form: 'text', kind: 'done', why: 'Route 53 it is' },
  list('domain-filter', 'zones.domains'),
  list(
    'exclude-domains',
    'zones.excludeDomains',
    'The longest match of the two lists wins; in ExternalDNS any exclusion.',
  ),
  text('regex-domain-filter', 'zones.domainRegex'),
  text('regex-domain-exclusion', 'zones.excludeDomainRegex'),
  list('zone-id-filter', 'zones.ids', 'Whole ids; ExternalDNS compares their ends.'),
  {
    ...{ flag: 'aws-zone-type', form: 'text', kind: 'key', keys: ['zones.type'] },
    take: values => [last(values) || 'any'],
  },
  { flag: 'aws-zone-tags', form: 'list', kind: 'key', keys: ['zones.tags'], take: values => [tagsOf(values)] },
  toggle('aws-zone-match-parent', 'zones.matchParent'),
  text('aws-assume-role', 'zones.roleArn'),
  text('aws-assume-role-external-id', 'zones.externalId'),
  none('aws-profile', 'one set of credentials a run: give AWS_PROFILE, or zones.roleArn', 'list'),
  none('zone-name-filter', 'only Azure obeys it', 'list'),

  // Objects
  {
    ...{ flag: 'source', form: 'list', kind: 'key', keys: ['sources'] },
    // Where none is known all stay, so that the config is refused instead of taking its default.
    take: values => [values.some(isSource) ? values.filter(isSource) : values],
    lacks: value => (isSource(value) ? undefined : `${OTHER_SOURCE} as "${value}": its records stay, as frozen`),
    note: '`service`, `ingress`, `crd` and the five of the Gateway API.',
  },
  {
    ...{ flag: 'namespace', form: 'text', kind: 'key', keys: ['filters.namespaces'], take: values => [[last(values)]] },
    note: 'A list: several are possible.',
  },
  text('label-filter', 'filters.labels'),
  text('annotation-filter', 'filters.annotations'),
  {
    ...{ flag: 'annotation-prefix', form: 'text', kind: 'key', keys: ['annotationPrefixes'] },
    take: values => [[last(values)]],
    note: 'Never set: both prefixes of ExternalDNS are obeyed.',
  },
  list('ingress-class', 'ingress.classes'),
  toggle('ignore-ingress-tls-spec', 'ingress.ignoreTls'),
  toggle('ignore-ingress-rules-spec', 'ingress.ignoreRules'),
  list('service-type-filter', 'service.types'),
  toggle('publish-internal-services', 'service.publishInternal'),
  toggle('publish-host-ip', 'service.publishHostIp'),
  toggle('always-publish-not-ready-addresses', 'service.publishNotReady'),
  text('gateway-name', 'gateway.name'),
  text('gateway-namespace', 'gateway.namespace'),
  text('gateway-label-filter', 'gateway.labels'),
  toggle(
    'gateway-listener-sets',
    'gateway.listenerSets',
    'Never set: `false`, as in ExternalDNS; by itself fairlead reads them.',
  ),
  {
    ...{ flag: 'crd-source-apiversion', form: 'text', kind: 'done' },
    why: 'DNSEndpoints are externaldns.k8s.io/v1alpha1',
  },
  done('crd-source-kind', 'DNSEndpoints are externaldns.k8s.io/v1alpha1'),
  list('fqdn-template', 'hostnames.templates'),
  done(
    'target-template',
    'ExternalDNS uses it for sources that fairlead does not read (unstructured, Traefik, Gloo, F5): Services, Ingresses and routes keep their own targets; fairlead’s own `hostnames.targetTemplates` is for these',
    'list',
  ),
  none('fqdn-target-template', 'pairs of name and target are not made by templates: write a DNSEndpoint', 'list'),
  toggle('combine-fqdn-annotation', 'hostnames.combine'),
  toggle('ignore-hostname-annotation', 'hostnames.ignoreAnnotation'),
  {
    ...{ flag: 'compatibility', form: 'text', kind: 'none' },
    why: 'annotations of mate, molecule and kops are not read: use hostname annotations',
  },
  none('resolve-service-load-balancer-hostname', 'a load balancer’s addresses change: its name is published', 'switch'),
  none('unstructured-resource', OTHER_SOURCE, 'list'),
  none('gloo-namespace', OTHER_SOURCE, 'list'),
  none('skipper-routegroup-groupversion', OTHER_SOURCE),
  none('openshift-router-name', OTHER_SOURCE),
  none('traefik-enable-legacy', OTHER_SOURCE, 'switch'),
  none('traefik-disable-new', OTHER_SOURCE, 'switch'),
  none('connector-source-server', OTHER_SOURCE),
  none('pod-source-domain', OTHER_SOURCE),
  none('ignore-non-host-network-pods', OTHER_SOURCE, 'switch'),
  none('expose-internal-ipv6', 'internal IPv6 addresses of nodes are not published beside external ones', 'switch'),
  {
    ...{ flag: 'exclude-unschedulable', form: 'switch', kind: 'done', why: 'nodes that take no pods are left out' },
    off: 'nodes that take no pods are left out of NodePort Services all the same',
  },

  // Records
  {
    ...{ flag: 'managed-record-types', form: 'list', kind: 'key', keys: ['records.types'] },
    take: values => [values.some(isType) ? values.filter(isType) : values],
    lacks: value => (isType(value) ? undefined : `records of type ${value} are not managed`),
    note: `${MANAGED_TYPES.join(', ')}.`,
  },
  list('exclude-record-types', 'records.excludeTypes'),
  list('target-net-filter', 'records.targetNets'),
  list('exclude-target-net', 'records.excludeTargetNets'),
  list('default-targets', 'records.defaultTargets'),
  none('force-default-targets', 'an object’s own targets are always obeyed', 'switch'),
  none('prefer-alias', 'write the annotation `alias: "true"` on the object', 'switch'),
  {
    ...{ flag: 'min-ttl', form: 'text', kind: 'key', keys: ['records.minTtl', 'records.ttl'] },
    take: values => (/^0+s?$/.test(last(values)) ? [0] : [last(values), last(values)]),
    note: 'A floor in fairlead; in ExternalDNS the TTL where none is given.',
  },
  toggle('aws-prefer-cname', 'records.preferCname'),
  toggle('aws-evaluate-target-health', 'records.evaluateTargetHealth'),
  none('create-ptr', 'no reverse records are made: write a DNSEndpoint', 'switch'),
  none('nat64-networks', 'no A records are made from AAAA records', 'list'),

  // Running
  text('kubeconfig', 'clusters[0].kubeconfig', 'For the terminal; deployed, the cluster is reached through EKS.'),
  elsewhere('server', 'the API server is found through EKS, or in a kubeconfig'),
  elsewhere('interval', '`schedule` in serverless.yml; changes are live in seconds by notices'),
  elsewhere('once', '`fairlead sync` runs once', 'switch'),
  elsewhere('dry-run', '`fairlead plan` writes nothing', 'switch'),
  elsewhere('events', 'the forwarder, or EKS audit logs, tell of changes', 'switch'),
  elsewhere('events-emit', '`kubernetesEvents: true` writes Events of every sort; the role needs the right', 'list'),
  elsewhere('log-level', 'POWERTOOLS_LOG_LEVEL'),
  done('log-format', 'logs are JSON'),
  done('metrics-address', 'metrics are CloudWatch’s; the forwarder has a port of its own'),
  done('listen-endpoint-events', 'the forwarder watches what the sources need', 'switch'),
  done('min-event-sync-interval', TUNING),
  done('provider-cache-time', '`state.refresh` says how old a zone’s copy may become'),
  done('txt-cache-interval', '`state.refresh` says how old a zone’s copy may become'),
  done('aws-zones-cache-duration', '`state.refresh` says how old a zone’s copy may become'),
  ...['aws-batch-change-size', 'aws-batch-change-size-bytes', 'aws-batch-change-size-values'].map(flag =>
    done(flag, TUNING),
  ),
  done('aws-batch-change-interval', '`budget` says how many requests a second are made'),
  ...['aws-api-retries', 'batch-change-size', 'batch-change-interval'].map(flag => done(flag, TUNING)),
  ...['request-timeout', 'kube-api-request-timeout', 'kube-api-qps', 'kube-api-burst'].map(flag => done(flag, TUNING)),
  none('aws-sd-service-cleanup', 'Cloud Map is not served', 'switch'),
  none('aws-sd-create-tag', 'Cloud Map is not served', 'list'),
  none('webhook-server', 'fairlead is no provider for others', 'switch'),
  done('version', '`fairlead --version`', 'switch'),
];

/** Flags of other providers: with Route 53 ExternalDNS does not look at them. */
export const OTHER_PROVIDERS =
  /^(?:alibaba-cloud|azure|cloudflare|coredns|exoscale|godaddy|google|inmemory|ns1|oci|ovh|pdns|pihole|rfc2136|tls|webhook-provider)-/;
