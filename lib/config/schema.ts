import * as z from 'zod/mini';
import { MANAGED_TYPES } from '../model/index.ts';
import { SOURCE_DEFAULT } from '../sources/index.ts';
import { expression } from './expression.ts';
import { annotationPrefixes, objectSections, section, sourceLimitKeys, sourceRecordKeys } from './object-keys.ts';
import {
  about,
  affix,
  domain,
  duration,
  gatewayKeys,
  key,
  keyPlaces,
  keys,
  keysOf,
  label,
  list,
  matching,
  minTtl,
  oneOf,
  refining,
  sharing,
  someOf,
  sources,
  stateStore,
  tags,
  ttl,
  zoneId,
  zoneNameOrId,
} from './values.ts';

const owner = () =>
  matching(
    /^(?!.*[,"'`=\\])[!-~]{1,128}$/,
    'it stands in TXT records, so write 1 to 128 ASCII characters without blanks, commas, quotes, backslashes and "="',
  );

const roleArn = () =>
  matching(
    /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
    'write the ARN of a role, such as arn:aws:iam::111122223333:role/fairlead-read',
  );

const externalId = () => matching(/^[\w+=,.@:/-]{2,1224}$/, 'write 2 to 1224 letters, digits and any of _+=,.@:/-');

const cluster = keys({
  name: about(
    'Unique in this file: the EKS cluster’s name unless eksName says another; with a kubeconfig any name you like.',
    matching(/^[0-9A-Za-z][0-9A-Za-z._-]{0,99}$/, 'write 1 to 100 letters, digits, hyphens, underscores and dots'),
  ),
  eksName: about(
    'The EKS cluster’s name, where it is not `name`: EKS names are unique in a region and account only.',
    z.optional(
      matching(
        /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/,
        'write 1 to 100 letters, digits, hyphens and underscores, as EKS does',
      ),
    ),
  ),
  region: about(
    'AWS region of the EKS cluster. Default: AWS_REGION of the environment.',
    z.optional(matching(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'write an AWS region such as eu-west-1')),
  ),
  owner: about('Ownership id of this cluster’s records. Default: the owner of the file.', z.optional(owner())),
  roleArn: about('Role that is assumed to reach the EKS cluster.', z.optional(roleArn())),
  externalId: about('External id for assuming the role.', z.optional(externalId())),
  kubeconfig: about(
    'Path of a kubeconfig, relative to this file, instead of EKS: any cluster, for the terminal only.',
    z.optional(matching(/^[^~]/, 'write a path; "~" is not expanded')),
  ),
  context: about(
    'Context in the kubeconfig. Default: its current context.',
    z.optional(matching(/./, 'write the name of a context')),
  ),
  freeze: key('The cluster is not read, and nothing that it has is changed.', z.boolean(), false),
  weight: key(
    'Of its share of the names that are shared by weight; 0 drains the cluster.',
    z.int().check(z.minimum(0), z.maximum(255)),
    1,
  ),
});

const shard = keys({
  name: about(
    'The name of the shard: message group of its queue, and of its lease.',
    matching(/^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/, 'write 1 to 64 letters, digits, hyphens, underscores and dots'),
  ),
  clusters: about(
    'Names of clusters; * stands for any characters. The first shard that fits takes a cluster.',
    someOf(matching(/^[0-9A-Za-z._*-]{1,100}$/, 'write the name of a cluster, with * for any characters')),
  ),
});

const claim = keys({
  clusters: key(
    'Names of clusters; * stands for any characters. Empty: all.',
    list(matching(/^[0-9A-Za-z._*-]{1,100}$/, 'write the name of a cluster, with * for any characters')),
    [],
  ),
  namespaces: key(
    'Names of namespaces; * stands for any characters. Empty: all.',
    list(matching(/^[0-9a-z*-]{1,63}$/, 'write the name of a namespace in lower case, with * for any characters')),
    [],
  ),
  domains: key(
    'These names and everything under them; with a leading dot only what is under them. Empty: all.',
    list(domain()),
    [],
  ),
  types: key('Record types. Empty: all.', list(oneOf(MANAGED_TYPES)), []),
  wildcard: key('Lets wildcards (*.example.com) through.', z.boolean(), false),
  apex: key('Lets the name of a hosted zone itself through.', z.boolean(), false),
  underscore: key(
    'Lets names with a label that begins with _ through (_acme-challenge, _dmarc, …).',
    z.boolean(),
    false,
  ),
});

const zones = {
  domains: key(
    'Domain filter: these names and everything under them; with a leading dot only what is under them. Empty: every zone.',
    list(domain()),
    [],
  ),
  excludeDomains: key('Left out of the domains; the longest match of the two wins.', list(domain()), []),
  domainRegex: about(
    'Domain filter as a regular expression (RE2), on names and on zones. With it the two lists do not count.',
    z.optional(expression()),
  ),
  excludeDomainRegex: about(
    'Left out, as a regular expression (RE2). Looked at first; alone, it lets the rest through.',
    z.optional(expression()),
  ),
  type: key('Which hosted zones are managed.', oneOf(['public', 'private', 'any']), 'any'),
  ids: key('Only these hosted zones. Empty: every zone of the domains.', list(zoneId()), []),
  tags: key('Only hosted zones with all of these tags; "" asks for the key alone.', tags(), {}),
  freeze: key('Names or ids of hosted zones in which nothing is changed.', list(zoneNameOrId()), []),
  matchParent: key('A zone above a domain of the filter is used, too.', z.boolean(), false),
  roleArn: about('Role that is assumed for Route 53, when another account holds the zones.', z.optional(roleArn())),
  externalId: about('External id for assuming that role.', z.optional(externalId())),
};

const records = {
  ...sourceRecordKeys(),
  preferCname: key('Publish a CNAME where an alias would do.', z.boolean(), false),
  evaluateTargetHealth: key('Evaluate the target’s health in alias records.', z.boolean(), true),
  ttl: key('TTL of records whose object gives none: seconds, or a duration such as 5m.', ttl(), 300),
  merge: key(
    'Whose addresses of one name are put together: nobody’s, those of one kind of object in a namespace, or in a cluster (as ExternalDNS).',
    oneOf(['object', 'namespace', 'cluster']),
    'namespace',
  ),
  minTtl: key('A floor under the TTLs that objects give: seconds, or a duration.', minTtl(), 0),
};

const registry = {
  type: key(
    'txt: ownership is kept in TXT records, as ExternalDNS does. noop: it is not kept, and what stands at a name that an object asks for counts as its own; not with policy sync.',
    oneOf(['txt', 'noop']),
    'txt',
  ),
  prefix: key(
    'In front of the ownership record’s name (ExternalDNS: txt-prefix). May contain %{record_type}. Excludes suffix.',
    affix('in front', text => `${text}x.example.com`),
    '',
  ),
  suffix: key(
    'Behind the first label of the ownership record’s name (ExternalDNS: txt-suffix). May contain %{record_type}. Excludes prefix.',
    affix('behind', text => `x${text}.example.com`),
    '',
  ),
  wildcardReplacement: key(
    'Stands for the * of a wildcard in the ownership record’s name (ExternalDNS: txt-wildcard-replacement).',
    label(),
    '',
  ),
  encryptionKey: about(
    'Where the AES-256 key of encrypted ownership records is (ExternalDNS: txt-encrypt-aes-key): env:NAME, ssm:NAME or secretsmanager:NAME; 32 characters, or base64 of 32 bytes. A list: written with the first, read with each; plain: in the clear.',
    z.optional(keyPlaces()),
  ),
};

const limits = {
  ...sourceLimitKeys(),
  recordsPerNamespace: key(
    'Record sets that one namespace of a cluster may have in a zone, ownership records included; where the zone’s quota was raised above 10,000, as large a part. What stands stays and is kept up to date; new names beyond are refused.',
    z.int().check(z.minimum(1), z.maximum(10_000_000)),
    5000,
  ),
  readSeconds: key(
    'Seconds in which one cluster is read; what was not read by then stays as it is.',
    z.number().check(z.minimum(1), z.maximum(900)),
    60,
  ),
  readMiB: key(
    'MiB, unzipped, that are read of one cluster in a run; an object counts 2 KiB at least. What was not read stays as it is.',
    z.number().check(z.minimum(1), z.maximum(100_000)),
    512,
  ),
};

/** The larger of the two. */
const limit = (count: number, percent: number) => ({
  count: key('So many names.', z.int().check(z.minimum(0)), count),
  percent: key(
    'So many in a hundred of the names that the cluster has in the zone.',
    z.number().check(z.minimum(0), z.maximum(100)),
    percent,
  ),
});

const POLICIES = ['sync', 'upsert-only', 'create-only'] as const;

const { hostnames, filters, ingress, service } = objectSections();

/** What a view does not set it has from the file. */
const view = keys({
  name: about(
    'The name of the view, in results and findings. What is remembered of its clusters is kept under it.',
    matching(/^[0-9A-Za-z][0-9A-Za-z-]{0,62}$/, 'write 1 to 63 letters, digits and hyphens'),
  ),
  zones: about('The hosted zones of the view.', z.optional(refining(zones))),
  policy: about('Of what is done in these zones.', z.optional(oneOf(POLICIES))),
  owner: about(
    'Ownership id of every cluster’s records in these zones. Default: that of the cluster.',
    z.optional(owner()),
  ),
  annotationPrefixes: about('Prefixes of the annotations that count here.', z.optional(annotationPrefixes())),
  hostnames: about('Which names objects get here.', z.optional(refining(keysOf(hostnames)))),
  filters: about('Which objects count here.', z.optional(refining(keysOf(filters)))),
  ingress: about('How Ingresses are read here.', z.optional(refining(keysOf(ingress)))),
  service: about('How Services are read here.', z.optional(refining(keysOf(service)))),
  gateway: about('Which Gateways count here.', z.optional(refining(gatewayKeys()))),
  records: about('The records that are published here.', z.optional(refining(records))),
});

/** The config file, as written; parsing it fills in the defaults and brings values into canonical form. */
export const fileSchema = keys({
  owner: key(
    'Ownership id written in TXT records; ExternalDNS calls it txt-owner-id. Keep it as long as the records live.',
    owner(),
    'fairlead',
  ),
  clusters: about(
    'The clusters to read.',
    z.array(cluster).check(z.minLength(1, { error: 'is empty: name at least one cluster' })),
  ),
  shards: key(
    'Groups of clusters that are reconciled apart, for fleets beyond one run. Clusters with one owner id stay together. Default: one shard.',
    list(shard),
    [],
  ),
  zones: section('The hosted zones to manage.', zones),
  sources: key(
    'The kinds of object that ask for records; gateway stands for the five kinds of route, crd and dnsendpoint for DNSEndpoint. A kind that a cluster does not serve is no objects there.',
    sources(),
    [...SOURCE_DEFAULT],
  ),
  gateway: section('Which Gateways count for the routes of the Gateway API, and how.', gatewayKeys()),
  policy: key(
    'sync creates, updates and deletes; upsert-only never deletes; create-only never changes what is there.',
    oneOf(POLICIES),
    'sync',
  ),
  annotationPrefixes: key(
    'Prefixes of the annotations that are obeyed; where an object carries a key under several, the first wins.',
    annotationPrefixes(),
    ['external-dns.kubernetes.io/', 'external-dns.alpha.kubernetes.io/'],
  ),
  hostnames,
  filters,
  ingress,
  service,
  records: section('The records that are published.', records),
  registry: section('How ownership records are named.', registry),
  state: section('What is kept between runs.', {
    store: about(
      'Where: memory, s3://bucket/prefix, or a folder relative to this file. Default: memory; deployed, the bucket of the stack.',
      z.optional(stateStore()),
    ),
    refresh: key('A zone is read in full at the latest when the last full read is this old.', duration(), '15m'),
  }),
  guard: section('The breakers: what a run may do to the names of one cluster in one zone at most.', {
    maxDeletes: section(
      'Names that leave the zone: more than the larger of the two at once, and none of them goes.',
      limit(10, 20),
    ),
    maxUpdates: section(
      'Names that get other targets: more than the larger of the two at once are held.',
      limit(50, 50),
    ),
    deleteAfter: key(
      'How long a record stays after its object went. Needs a state.store that lasts.',
      duration(),
      '0s',
    ),
  }),
  limits: section('What one object may ask for, so that none is in the way of the others.', limits),
  budget: section(
    'fairlead’s share of the Route 53 requests of the account (10 a second, burst 50, for everything in it).',
    {
      requestsPerSecond: key('Requests a second.', z.number().check(z.gt(0), z.maximum(1000)), 5),
      burst: key('Requests at once.', z.int().check(z.minimum(1), z.maximum(1000)), 25),
      changesPerSecond: key(
        'Record changes a second, which Route 53 limits besides. null: as many as it takes, fewer when it says that it is too much.',
        z.nullable(z.number().check(z.gt(0), z.maximum(10_000))),
        null,
      ),
    },
  ),
  kubernetesEvents: key(
    'Events (events.k8s.io) are written on the objects: what was published, and what is not and why. The role in the cluster needs the right: npm run cluster-role.',
    z.boolean(),
    false,
  ),
  sharing: key(
    'When several clusters want one name. first: who has it keeps it; merge: the addresses of all, in one record set; weighted: a record set a cluster. One word for all names, or a list of rules, of which the first that has the name counts; none: first.',
    sharing(),
    'first',
  ),
  claims: key(
    'Who may publish what: the first rule that fits decides, and what none fits is refused. Empty: everybody may publish everything.',
    z.array(claim),
    [],
  ),
  views: key(
    'Sets of hosted zones, each with settings of its own laid over those of the file: split horizon, several accounts, a policy or an owner per zone. With views only their zones are used, and a zone is in one of them. Empty: one view, the file itself.',
    z.array(view),
    [],
  ),
});

export type FileConfig = z.output<typeof fileSchema>;
