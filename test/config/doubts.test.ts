import { describe, expect, test } from 'vitest';
import { doubtsOf } from '../../lib/config/index.ts';
import { parse } from './files.ts';

/** Of a config with two clusters and these lines. */
const doubts = (...lines: string[]) =>
  doubtsOf(
    parse(['clusters: [{name: prod-eu, region: eu-west-1}, {name: lab, kubeconfig: ./lab}]', ...lines].join('\n')),
  ).map(({ field, message }) => `${field}: ${message}`);

describe('what can fit nothing is told, with what is near', () => {
  test.each([
    [
      'claims: [{clusters: [prod-ue]}]',
      /^claims\[0\]\.clusters\[0\]: "prod-ue" fits none of the clusters: did you mean prod-eu\?$/,
    ],
    [
      'claims: [{}, {clusters: ["stage-*"]}]',
      /^claims\[1\]\.clusters\[0\]: "stage-\*" fits none of the clusters: mend it/,
    ],
    [
      'zones: {domains: [a.com]}\nclaims: [{domains: [x.a.com]}, {domains: [b.com]}]',
      /^claims\[1\]\.domains\[0\]: no name of b\.com is published/,
    ],
    [
      'zones: {domains: [a.com]}\nsharing: [{domains: [ba.com], mode: merge}]',
      /^sharing\[0\]\.domains\[0\]: no name of ba\.com/,
    ],
    [
      'zones: {domains: [a.com], excludeDomains: [x.b.com]}',
      /^zones\.excludeDomains: x\.b\.com is not under zones\.domains/,
    ],
    [
      'claims: [{namespaces: [shop-*]}, {namespaces: [shop-eu], types: [A]}]',
      /^claims\[1\]: never decides, since claims\[0\] fits all/,
    ],
    ['claims: [{domains: [a.com]}, {domains: [.a.com]}]', /^claims\[1\]: never decides/],
    [
      'claims: [{namespaces: [c]}, {namespaces: [a, b]}, {namespaces: [b], types: [A]}]',
      /^claims\[2\]: never decides, since claims\[1\]/,
    ],
    ['sharing: [{domains: [a.com], mode: merge}, {domains: [x.a.com], mode: weighted}]', /^sharing\[1\]: never counts/],
    ['sources: [service]\ningress: {classes: [alb]}', /^ingress\.classes: filters objects that are not read/],
    ['sources: [ingress]\nservice: {types: [LoadBalancer]}', /^service\.types: filters/],
    ['sources: [service]\ngateway: {name: edge}', /^gateway\.name: filters/],
    ['sources: [service]\ngateway: {namespace: infra}', /^gateway\.namespace: filters/],
    ['sources: [service]\ngateway: {labels: "a=b"}', /^gateway\.labels: filters/],
  ])('%s', (lines, told) => {
    expect(doubts(lines)).toContainEqual(expect.stringMatching(told));
  });

  test('a region that is not known, which may be newer than the list: it is no error', () => {
    const of = (region: string) => doubtsOf(parse(`clusters: [{name: a, region: ${region}}]`));
    expect(of('us-esat-1')).toEqual([
      {
        field: 'clusters[0].region',
        message: '"us-esat-1" is no region of AWS that is known: did you mean us-east-1?',
      },
    ]);
    expect(of('cn-north-1')).toEqual([]);
    const [newer] = of('zz-middleofnowhere-9');
    expect(newer?.message).toBe('"zz-middleofnowhere-9" is no region of AWS that is known');
  });
});

describe('what may fit something is not doubted', () => {
  test.each([
    'claims: [{clusters: [prod-*, lab]}]',
    'claims: [{namespaces: [shop]}, {namespaces: ["shop*"]}]',
    'claims: [{domains: [.a.com]}, {domains: [a.com]}]',
    'claims: [{types: [A]}, {}]',
    'claims: [{namespaces: [a, b]}, {namespaces: [b, c]}]',
    'zones: {domains: [team.a.com]}\nclaims: [{domains: [x.team.a.com]}, {domains: [a.com]}]',
    'zones: {domains: [a.com], domainRegex: "b"}\nclaims: [{domains: [b.com]}]',
    'claims: [{domains: [b.com]}]',
    'sharing: merge',
    'views: [{name: x, zones: {domains: [a.com]}}, {name: y, zones: {domains: [b.com]}}]\nclaims: [{domains: [b.com]}]',
    'views: [{name: x, zones: {domains: [a.com], excludeDomains: [c.a.com]}}, {name: y, zones: {domains: [b.com]}}]',
  ])('%s', lines => {
    expect(doubts(lines)).toEqual([]);
  });
});

test.each([
  'ingress: {classes: [alb]}',
  'service: {types: [LoadBalancer]}',
  'sources: [gateway-httproute]\ngateway: {name: edge}',
])('a filter of objects that are read is no doubt: %s', lines => expect(doubts(lines)).toEqual([]));
