import * as z from 'zod/mini';
import { MANAGED_TYPES } from '../model/index.ts';
import { cidr, key, keys, list, matching, oneOf, selector, someOf, target, template } from './values.ts';

// Keys of the config that the sources look at. A forwarder has them in its settings too, so that it sees what a run sees.

/** Several keys below one, all of which may be left out. */
export const section = <T extends z.core.$ZodShape>(text: string, shape: T) => key(text, keys(shape), {} as never);

const objectName = () =>
  matching(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'write the name of a Kubernetes object, in lower case');

const namespace = () =>
  matching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'write the name of a namespace, in lower case');

export const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] as const;

export const annotationPrefixes = () =>
  someOf(
    matching(
      /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/$/,
      'write a DNS name with a slash behind it, such as example.com/',
    ),
  );

/** Of `records`, what decides which records an object asks for. */
export const sourceRecordKeys = () => ({
  types: key('The record types that are managed; others are left alone.', someOf(oneOf(MANAGED_TYPES)), [
    'A',
    'AAAA',
    'CNAME',
  ]),
  excludeTypes: key('Taken out of the types.', list(oneOf(MANAGED_TYPES)), []),
  targetNets: key('Only addresses within these CIDRs are published; names are not.', list(cidr()), []),
  excludeTargetNets: key('Addresses within these CIDRs are not published.', list(cidr()), []),
  defaultTargets: key(
    'Targets of a DNSEndpoint’s entry that gives none: addresses, or one name. A Service or Ingress without a load balancer keeps what it has.',
    list(target()),
    [],
  ),
});

/** Of `limits`, what one object may ask for. */
export const sourceLimitKeys = () => ({
  hostnamesPerObject: key(
    'Hostnames that one object may ask for; one that asks for more is refused, and keeps what it has.',
    z.int().check(z.minimum(1), z.maximum(10_000)),
    500,
  ),
  targetsPerObject: key(
    'Targets that one object may give for a record, likewise. Route 53 takes 400 values a record set.',
    z.int().check(z.minimum(1), z.maximum(400)),
    400,
  ),
});

/** The types that are managed: those of `excludeTypes` taken out. */
export function withoutExcluded<
  T extends { readonly types: readonly string[]; readonly excludeTypes: readonly string[] },
>({ excludeTypes, ...records }: T): Omit<T, 'excludeTypes'> {
  return { ...records, types: records.types.filter(type => !excludeTypes.includes(type)) };
}

/** Which objects are read, and how. */
export const objectSections = () => ({
  hostnames: section('Where hostnames come from, besides annotations and Ingress hosts.', {
    fromServiceName: key(
      'A LoadBalancer Service without hostname annotation is <service name>.<each of zones.domains>.',
      z.boolean(),
      false,
    ),
    templates: key(
      'Go templates of hostnames for objects that name none (ExternalDNS: fqdn-template).',
      list(template()),
      [],
    ),
    targetTemplates: key(
      'Go templates of the targets of such hostnames; the target-template of ExternalDNS is for other sources.',
      list(template()),
      [],
    ),
    combine: key('Templates in addition to the names that an object gives.', z.boolean(), false),
    ignoreAnnotation: key('Take no hostnames from annotations.', z.boolean(), false),
  }),
  filters: section('Which objects are read; of what is filtered nothing is published.', {
    namespaces: key('Only these namespaces, each listed by itself. Empty: all.', list(namespace()), []),
    labels: key(
      'Only objects that match this label selector, such as "dns in (public,both), !private".',
      selector(),
      '',
    ),
    annotations: key(
      'Only objects whose annotations match this selector. A key under one of the prefixes means it under all.',
      selector(),
      '',
    ),
  }),
  ingress: section('How Ingresses are read.', {
    classes: key('Only Ingresses of these classes. Empty: all.', list(objectName()), []),
    ignoreTls: key('Take no hostnames from spec.tls.', z.boolean(), false),
    ignoreRules: key('Take no hostnames from spec.rules.', z.boolean(), false),
  }),
  service: section('How Services are read.', {
    types: key('Only Services of these types. Empty: all.', list(oneOf(SERVICE_TYPES)), []),
    publishInternal: key('Publish the cluster address of ClusterIP Services.', z.boolean(), false),
    publishHostIp: key('Publish the nodes’ addresses, not the pods’, of headless Services.', z.boolean(), false),
    publishNotReady: key('Publish pods of headless Services that are not ready.', z.boolean(), false),
  }),
});
