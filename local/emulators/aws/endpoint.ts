import type { WireRequest, WireService } from './http.ts';
import { claimedScope } from './sigv4.ts';

const SERVICES = ['route53', 'sts', 'eks', 's3', 'sqs'] as const;
export type ServiceName = (typeof SERVICES)[number];

/**
 * One endpoint for several services: the service that the signature names gets the request. What is not signed, or
 * signed for a service that is not here, goes by its path, so that it is refused in that service's own words.
 */
export function oneEndpoint(services: Readonly<Record<ServiceName, WireService>>): WireService {
  return request => services[serviceOf(request)](request);
}

function serviceOf(request: WireRequest): ServiceName {
  const signed = claimedScope(request)?.service;
  const named = SERVICES.find(service => service === signed);
  if (named) return named;
  if (String(request.headers['x-amz-target']).startsWith('AmazonSQS.')) return 'sqs';
  if (request.path.startsWith('/2013-04-01/')) return 'route53';
  return request.path.startsWith('/clusters') ? 'eks' : 'sts';
}
