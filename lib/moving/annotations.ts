/** An annotation of ExternalDNS (0.22, its `docs/annotations`), without its prefix, and what fairlead makes of it. */
export interface Annotation {
  readonly annotation: string;
  /** What differs from ExternalDNS; undefined: the same. */
  readonly difference?: string;
}

export const ANNOTATIONS: readonly Annotation[] = [
  { annotation: 'hostname' },
  { annotation: 'internal-hostname' },
  { annotation: 'target', difference: 'Also on routes, where ExternalDNS reads it on Gateways and ListenerSets only.' },
  { annotation: 'ttl', difference: 'One that is malformed is told; `0` counts as none.' },
  { annotation: 'alias', difference: '`"false"` gives a CNAME for load balancers, too.' },
  { annotation: 'controller' },
  { annotation: 'access' },
  { annotation: 'endpoints-type' },
  { annotation: 'ingress-hostname-source' },
  { annotation: 'gateway-hostname-source' },
  { annotation: 'record-type', difference: 'Told, and not obeyed: no reverse records are made.' },
  { annotation: 'ingress', difference: 'Not read: it is Istio’s and Gloo’s.' },
  { annotation: 'aws-hosted-zone-id' },
  {
    annotation: 'set-identifier',
    difference: 'A policy without it is refused; ExternalDNS fails at it in every loop.',
  },
  { annotation: 'aws-weight', difference: 'What is no number from 0 to 255 is refused; ExternalDNS takes 0.' },
  { annotation: 'aws-region' },
  { annotation: 'aws-failover' },
  { annotation: 'aws-geolocation-continent-code' },
  { annotation: 'aws-geolocation-country-code', difference: 'What is no country of ISO 3166 is refused.' },
  {
    annotation: 'aws-geolocation-subdivision-code',
    difference: 'Refused where Route 53 knows no such state: it has those of the US, and of Ukraine.',
  },
  { annotation: 'aws-geoproximity-region' },
  { annotation: 'aws-geoproximity-bias', difference: 'What is no number is refused; ExternalDNS takes 0.' },
  { annotation: 'aws-geoproximity-coordinates' },
  { annotation: 'aws-geoproximity-local-zone-group' },
  {
    annotation: 'aws-multi-value-answer',
    difference: '`"true"` or empty; ExternalDNS takes any value as true. Of addresses only.',
  },
  { annotation: 'aws-health-check-id' },
  { annotation: 'aws-evaluate-target-health' },
  { annotation: 'aws-target-hosted-zone', difference: 'Refused: it is not supported yet.' },
  { annotation: 'cloudflare-…, scw-…, webhook-…, and those of other providers', difference: 'Not read.' },
];
