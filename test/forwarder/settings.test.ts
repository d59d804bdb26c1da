import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../forwarder/program/settings.ts';

import { EVERY_GATEWAY } from '../../lib/sources/index.ts';

const URL_OF_LAMBDA = 'https://abc123.lambda-url.eu-west-1.on.aws/';
const webhook = { url: URL_OF_LAMBDA, auth: 'iam' };
const parse = (value: unknown, env: Record<string, string> = {}) => parseSettings(value, 'forwarder.json', env);
const least = { cluster: 'prod-eu', webhook };

describe('settings', () => {
  test('have defaults for all but the cluster and the webhook', () => {
    expect(parse(least)).toEqual({
      cluster: 'prod-eu',
      webhook: { url: URL_OF_LAMBDA, auth: { kind: 'iam', region: 'eu-west-1' } },
      sources: ['service', 'ingress'],
      views: [],
      annotationPrefixes: ['external-dns.kubernetes.io/', 'external-dns.alpha.kubernetes.io/'],
      hostnames: {
        fromServiceName: false,
        templates: [],
        targetTemplates: [],
        combine: false,
        ignoreAnnotation: false,
      },
      filters: { namespaces: [], labels: '', annotations: '' },
      ingress: { classes: [], ignoreTls: false, ignoreRules: false },
      service: { types: [], publishInternal: false, publishHostIp: false, publishNotReady: false },
      records: { types: ['A', 'AAAA', 'CNAME'], targetNets: [], excludeTargetNets: [], defaultTargets: [] },
      limits: { hostnamesPerObject: 500, targetsPerObject: 400 },
      gateway: EVERY_GATEWAY,
      gather: { quietMs: 200, mostMs: 1000 },
      port: 8080,
    });
  });

  test.each([
    {
      rule: 'the region that is given wins',
      region: 'us-east-1',
      url: URL_OF_LAMBDA,
      env: 'eu-north-1',
      is: 'us-east-1',
    },
    { rule: 'then the one in the address', region: undefined, url: URL_OF_LAMBDA, env: 'eu-north-1', is: 'eu-west-1' },
    {
      rule: 'then AWS_REGION',
      region: undefined,
      url: 'https://hooks.example.com/x',
      env: 'eu-north-1',
      is: 'eu-north-1',
    },
    {
      rule: 'a host that only looks like Lambda’s says nothing',
      region: undefined,
      url: 'https://a.lambda-url.eu-west-1.on.aws.example.com/',
      env: 'eu-north-1',
      is: 'eu-north-1',
    },
  ])('$rule', ({ region, url, env, is }) => {
    const given = { url, auth: 'iam', ...(region !== undefined && { region }) };
    expect(parse({ ...least, webhook: given }, { AWS_REGION: env }).webhook.auth).toEqual({ kind: 'iam', region: is });
  });

  test('for HMAC name the file of the secret', () => {
    const given = { url: 'http://127.0.0.1:9000/', auth: 'hmac', secretFile: '/var/run/secrets/fairlead/secret' };
    const auth = { kind: 'hmac', secretFile: given.secretFile };
    expect(parse({ ...least, webhook: given }).webhook).toEqual({ url: given.url, auth });
  });
});

describe('are refused by key', () => {
  const hmac = { url: URL_OF_LAMBDA, auth: 'hmac', secretFile: '/s' };
  test.each([
    { value: { webhook }, says: ['cluster: is missing'] },
    { value: { ...least, cluster: 'a b' }, says: ['cluster: "a b" is not allowed: write the name'] },
    { value: { ...least, source: [] }, says: ['source: is not a known key: did you mean "sources"?'] },
    {
      value: { ...least, webhook: { ...webhook, token: 'x' } },
      says: ['webhook.token: is not a known key: allowed are url'],
    },
    {
      value: { ...least, webhook: { ...webhook, auth: 'none' } },
      says: ['webhook.auth: "none" is not allowed: write one of iam, hmac'],
    },
    { value: { ...least, webhook: { ...webhook, url: 'http://example.com/' } }, says: ['webhook.url: ', 'https://'] },
    { value: { ...least, webhook: { ...webhook, url: 'http://127.0.0.1.example.com/' } }, says: ['webhook.url: '] },
    {
      value: { ...least, webhook: { ...webhook, url: 'https://' } },
      says: ['webhook.url: "https://" is not an address'],
    },
    {
      value: { ...least, webhook: { ...webhook, secretFile: '/s' } },
      says: ['webhook.secretFile: is for auth "hmac"'],
    },
    { value: { ...least, webhook: { ...hmac, region: 'eu-west-1' } }, says: ['webhook.region: is for auth "iam"'] },
    { value: { ...least, webhook: { url: URL_OF_LAMBDA, auth: 'hmac' } }, says: ['webhook.secretFile: is missing'] },
    { value: { ...least, sources: ['pod'] }, says: ['sources[0]: "pod" is not allowed'] },
    { value: { ...least, sources: [] }, says: ['sources: is empty'] },
    { value: { ...least, annotationPrefixes: ['x'] }, says: ['annotationPrefixes[0]: "x" is not allowed'] },
    { value: { ...least, port: 65_536 }, says: ['port: is 65536, it must be at most 65535'] },
    {
      value: { ...least, gather: { quietMs: -1, most: 1 } },
      says: ['gather.quietMs: is -1', 'gather.most: is not a known key'],
    },
    { value: [], says: ['forwarder.json: must be a map of keys'] },
  ])('$says.0', ({ value, says }) => {
    expect(() => parse(value)).toThrow(expect.objectContaining({ name: 'ConfigError' }));
    for (const text of says) expect(() => parse(value)).toThrow(text);
  });
});
