import { describe, expect, it } from 'vitest';
import { ingress, NLB, onlyFinding, read, records, service } from './objects.ts';

const ALB = 'internal-k8s-web-1234.eu-west-1.elb.amazonaws.com';
const BOTH = [{ hostname: ALB }, { hostname: NLB }];
const SCHEME = 'alb.ingress.kubernetes.io/';
const hostname = 'www.example.com';

describe('an ALB with a frontend NLB', () => {
  it.each<[string, Record<string, string>, object[], string]>([
    ['is published by its NLB', { [`${SCHEME}enable-frontend-nlb`]: 'true' }, BOTH, NLB],
    [
      'is published by itself until the NLB is there',
      { [`${SCHEME}enable-frontend-nlb`]: 'true' },
      [{ hostname: ALB }],
      ALB,
    ],
    ['is no such thing without the annotation', {}, BOTH, ALB],
  ])('%s', (_rule, annotations, lb, target) => {
    expect(records(read('ingress', ingress({ annotations: { hostname, ...annotations }, lb })))).toEqual([
      `${hostname} CNAME ${target}`,
    ]);
  });

  it.each([
    ['China', 'cn-north-1', 'amazonaws.com.cn'],
    ['the European Sovereign Cloud', 'eusc-de-east-1', 'amazonaws.eu'],
    ['the partitions of the secret clouds', 'us-isob-east-1', 'sc2s.sgov.gov'],
  ])('in %s, too', (_, region, suffix) => {
    const nlb = `k8s-front-1.elb.${region}.${suffix}`;
    const lb = [{ hostname: `k8s-1.${region}.elb.${suffix}` }, { hostname: nlb }];
    const annotations = { hostname, [`${SCHEME}enable-frontend-nlb`]: 'true' };
    expect(records(read('ingress', ingress({ annotations, lb })))).toEqual([`${hostname} CNAME ${nlb}`]);
  });
});

describe('an alias is of these types only', () => {
  const SERVICE = 'service.beta.kubernetes.io/aws-load-balancer-ip-address-type';
  it.each<[string, Record<string, string>, readonly string[] | undefined]>([
    ['all that the target has', {}, undefined],
    ['A, as the annotation says', { alias: 'A' }, ['A']],
    ['AAAA, as the annotation says', { alias: 'AAAA' }, ['AAAA']],
    ['A, where the load balancer of an Ingress has IPv4 only', { [`${SCHEME}ip-address-type`]: 'ipv4' }, ['A']],
    ['A, where that of a Service has', { [SERVICE]: 'ipv4' }, ['A']],
    ['all, where it has both', { [`${SCHEME}ip-address-type`]: 'dualstack' }, undefined],
    ['all, where another target is named', { [SERVICE]: 'ipv4', target: 'd1.cloudfront.net' }, undefined],
    ['AAAA, whatever the load balancer has', { [SERVICE]: 'ipv4', alias: 'AAAA' }, ['AAAA']],
  ])('%s', (_rule, annotations, types) => {
    const { endpoints, findings } = read(
      'service',
      service({ annotations: { hostname, ...annotations }, lb: [{ hostname: NLB }] }),
    );
    expect(findings).toEqual([]);
    expect(endpoints.map(({ aliasTypes }) => aliasTypes)).toEqual([types]);
    if (annotations.alias) expect(endpoints[0]?.alias).toBe('always');
  });

  it('which means nothing to addresses', () => {
    const { endpoints } = read('service', service({ annotations: { hostname, alias: 'A' } }));
    expect(endpoints[0]).not.toHaveProperty('aliasTypes');
  });

  it('and not of types that there are not', () => {
    const wanted = read('ingress', ingress({ annotations: { hostname, alias: 'CNAME' } }));
    expect(onlyFinding(wanted).message).toContain('write "true", "false", "A" or "AAAA"');
  });
});
