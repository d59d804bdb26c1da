import { nearestKey } from '../nearest.ts';
import { firstOf } from '../shown.ts';
import { quoted } from './hostname.ts';
import type { KubernetesObject } from './object.ts';
import { rulesOf } from './rules.ts';
import type { SourceContext } from './settings.ts';

/** Every annotation that fairlead obeys, or refuses because it does not support it yet. */
export const KNOWN_ANNOTATIONS = [
  'hostname',
  'internal-hostname',
  'target',
  'ttl',
  'controller',
  'alias',
  'access',
  'endpoints-type',
  'ingress-hostname-source',
  'gateway-hostname-source',
  'record-type',
  'set-identifier',
  'aws-evaluate-target-health',
  'aws-hosted-zone-id',
  'aws-weight',
  'aws-region',
  'aws-failover',
  'aws-geolocation-continent-code',
  'aws-geolocation-country-code',
  'aws-geolocation-subdivision-code',
  'aws-geoproximity-region',
  'aws-geoproximity-coordinates',
  'aws-geoproximity-bias',
  'aws-geoproximity-local-zone-group',
  'aws-multi-value-answer',
  'aws-health-check-id',
  'aws-target-hosted-zone',
] as const;

const IS_KNOWN: ReadonlySet<string> = new Set(KNOWN_ANNOTATIONS);

/** What ExternalDNS gives its other providers, and its source for Istio: nothing that is asked of Route 53. */
const OF_OTHERS = /^(?:azure|cloudflare|coredns|google|ibmcloud|oci|scw|webhook)-|^ingress$/;

/** Under a prefix of one's own other tools may have keys; under ExternalDNS's a key that nobody knows is a mistake. */
const EXTERNAL_DNS = /\["external-dns\.(?:alpha\.)?kubernetes\.io\//;

/** An object with thousands of keys has most of them only counted. */
const MOST = 5;

/** The known annotation that an unknown one was most likely meant to be. */
export const nearestAnnotation = (key: string): string | undefined => nearestKey(key, KNOWN_ANNOTATIONS);

export const isKnownAnnotation = (key: string): boolean => IS_KNOWN.has(key);

/**
 * Tells of annotations under our prefixes that mean nothing: `hostnam` would be silence otherwise. One that begins with
 * `aws-` is refused where the object asks for a name (isUnsupported).
 */
export function warnOfUnknown({ annotations, notes }: KubernetesObject, { settings }: SourceContext): void {
  const isOdd = ({ key }: { readonly key: string }) =>
    !IS_KNOWN.has(key) && !OF_OTHERS.test(key) && !key.startsWith('aws-');
  const unknown = annotations.filter(isOdd);
  if (unknown.length === 0) return;
  const { annotations: selector, templates } = rulesOf(settings);
  const isSelector = (key: string) => selector.some(one => one.key.endsWith(`/${key}`));
  for (const { key, field } of unknown.slice(0, MOST)) {
    if (isSelector(key)) continue;
    const nearest = nearestAnnotation(key);
    // A template may read any annotation.
    if (nearest === undefined && (templates.length > 0 || !EXTERNAL_DNS.test(field))) continue;
    const advice = nearest === undefined ? `known are ${firstOf(KNOWN_ANNOTATIONS, 6)}` : `did you mean "${nearest}"?`;
    notes.add('warning', field, `${quoted(key)} is not a known annotation, and does nothing: ${advice}`);
  }
  const next = unknown[MOST];
  if (next) notes.add('warning', next.field, `and ${unknown.length - MOST} more annotations that are not known`);
}
