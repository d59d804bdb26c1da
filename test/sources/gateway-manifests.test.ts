import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { placesOf, Reading, type ResourceKind, resourcesOf, SOURCE_GROUPS } from '../../lib/sources/index.ts';
import { context, held, reasons, records } from './objects.ts';

/** What the manifests of a file ask for, each resource handed over after all that it needs. */
function wantedOf(file: string) {
  const text = readFileSync(new URL(`../fixtures/gateway/${file}`, import.meta.url), 'utf8');
  const objects = parseAllDocuments(text).map(document => document.toJS() as { kind: string });
  const reading = new Reading(SOURCE_GROUPS.gateway, context);
  const page = (resource: ResourceKind) =>
    reading.page(
      resource,
      objects.filter(({ kind }) => placesOf(resource).some(place => place.kind === kind)),
    );
  const all = resourcesOf(SOURCE_GROUPS.gateway);
  for (const resource of all.filter(one => !one.endsWith('route'))) page(resource);
  for (const resource of all.filter(one => one.endsWith('route'))) page(resource);
  return reading.wanted();
}

test('as the AWS Load Balancer Controller writes them', () => {
  const wanted = wantedOf('aws-load-balancer-controller.yaml');
  const alb = 'k8s-infra-public-0f1e2d3c4b-1234567890.eu-west-1.elb.amazonaws.com';
  const nlb = 'k8s-infra-streams-5a6b7c8d9e-0123456789abcdef.elb.eu-west-1.amazonaws.com';
  expect(records(wanted)).toEqual([
    `shop.example.com CNAME ${alb}`,
    `mqtt.example.com CNAME ${nlb}`,
    `plain.mqtt.example.com CNAME ${nlb}`,
    `syslog.example.com CNAME ${nlb}`,
  ]);
  expect(wanted.endpoints.map(({ object }) => `${object.kind}/${object.namespace}/${object.name}`)).toEqual([
    'httproute/shop/shop',
    'tlsroute/shop/mqtts',
    'tcproute/shop/mqtt',
    'udproute/shop/syslog',
  ]);
  expect(wanted.endpoints.at(-1)?.ttl).toBe(60);
  // The route that no listener lets in asks for nothing.
  expect([held(wanted), reasons(wanted)]).toEqual([[], ['filtered']]);
});

test('as Envoy Gateway writes them', () => {
  const wanted = wantedOf('envoy-gateway.yaml');
  expect(records(wanted)).toEqual([
    'web.tenant.example.com A 203.0.113.20',
    'web.tenant.example.com AAAA 2001:db8::20',
    'both.example.com A 203.0.113.20',
    'both.example.com AAAA 2001:db8::20',
    'moved.example.com A 10.0.0.20',
  ]);
  expect([held(wanted), reasons(wanted)]).toEqual([[], []]);
});
