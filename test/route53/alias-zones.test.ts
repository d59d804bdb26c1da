import { describe, expect, it } from 'vitest';
import { aliasTraitsOf, aliasZoneOf, DUAL_STACK_ALIASES, IPV4_ALIASES } from '../../lib/route53/alias-zones.ts';

/** Every region in which EKS clusters can run today, China and GovCloud included. */
const REGIONS = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'us-gov-east-1', 'us-gov-west-1'],
  ...['ca-central-1', 'ca-west-1', 'mx-central-1', 'sa-east-1', 'af-south-1', 'il-central-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['me-central-1', 'me-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'cn-north-1', 'cn-northwest-1'],
];
const domain = (region: string) => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');

describe('aliasZoneOf', () => {
  it.each([
    ['an Application Load Balancer', 'k8s-web-1234.eu-west-1.elb.amazonaws.com', 'Z32O12XQLNTSW2'],
    ['its dual-stack name', 'dualstack.k8s-web-1234.eu-west-1.elb.amazonaws.com', 'Z32O12XQLNTSW2'],
    ['an internal Classic Load Balancer', 'internal-a1-1234.us-east-1.elb.amazonaws.com', 'Z35SXDOTRQ7X7K'],
    ['a Network Load Balancer', 'n1-0123456789abcdef.elb.us-east-1.amazonaws.com', 'Z26RNL4JYFTOTI'],
    ['an Application Load Balancer in China', 'k1-12.cn-north-1.elb.amazonaws.com.cn', 'Z1GDH35T77C1KE'],
    ['a Network Load Balancer in China', 'n1-12.elb.cn-northwest-1.amazonaws.com.cn', 'ZQEIKTCZ8352D'],
    ['a CloudFront distribution', 'd111111abcdef8.cloudfront.net', 'Z2FDTNDATAQYW2'],
    ['a CloudFront distribution in China', 'd111111abcdef8.cloudfront.cn', 'Z3RFFRIM2A3IF5'],
    ['an accelerator', 'a1234567890abcdef.awsglobalaccelerator.com', 'Z2BJ6XQ5FK7U4H'],
    ['a dual-stack accelerator', 'a1234567890abcdef.dualstack.awsglobalaccelerator.com', 'Z2BJ6XQ5FK7U4H'],
    ['an interface endpoint', 'vpce-0a-1b.vpce-svc-0c.eu-west-1.vpce.amazonaws.com', 'Z38GZ743OKFT7T'],
    ['a regional API domain', 'd-abcdef123.execute-api.us-west-2.amazonaws.com', 'Z2OJLYMUO9EFXC'],
    ['a name with a final dot', 'n1-0.elb.us-east-1.amazonaws.com.', 'Z26RNL4JYFTOTI'],
    ['a name in upper case', 'N1-0.ELB.us-east-1.AmazonAWS.com', 'Z26RNL4JYFTOTI'],
  ])('knows the zone of %s', (_, name, zone) => {
    expect(aliasZoneOf(name)).toBe(zone);
  });

  it.each([
    ['a name of another domain', 'lb.example.net'],
    ['a suffix that does not begin at a label', 'n1.xelb.us-east-1.amazonaws.com'],
    ['a longer label before a suffix', 'd1.notcloudfront.net'],
    ['a suffix in the middle', 'd1.cloudfront.net.example.com'],
    ['a suffix with no name before it', 'elb.us-east-1.amazonaws.com'],
    ['an empty label before a suffix', '.cloudfront.net'],
    ['a region of another partition', 'n1.elb.cn-north-1.amazonaws.com'],
    ['a region that does not exist', 'n1.elb.xx-north-9.amazonaws.com'],
    ['an AWS name that takes no alias', 'ec2-192-0-2-1.compute-1.amazonaws.com'],
    ['an S3 website', 'www.example.com.s3-website-us-east-1.amazonaws.com'],
    ['an address', '192.0.2.1'],
    ['an object key of JavaScript', 'x.constructor'],
    ['nothing', ''],
    ['the root', '.'],
  ])('knows no zone of %s', (_, name) => {
    expect(aliasZoneOf(name)).toBeUndefined();
    expect(aliasZoneOf(name, 'A')).toBeUndefined();
  });

  it.each([
    ['Elastic Beanstalk', 'shop.eu-west-1.elasticbeanstalk.com', 'Z2NYPWQ7DFZAZH'],
    ['App Runner', 'ab12.us-east-1.awsapprunner.com', 'Z01915732ZBZKC8D32TPT'],
  ])('gives %s, which takes aliases of type A only, for type A only', (_, name, zone) => {
    expect(aliasZoneOf(name, 'A')).toBe(zone);
    expect(aliasZoneOf(name, 'AAAA')).toBeUndefined();
    expect(aliasZoneOf(name)).toBeUndefined();
  });

  it('does not know an Elastic Beanstalk environment without a region, which takes no alias', () => {
    expect(aliasZoneOf('shop.elasticbeanstalk.com', 'A')).toBeUndefined();
  });
});

describe('the table of alias zones', () => {
  const rows = [...DUAL_STACK_ALIASES, ...IPV4_ALIASES];

  it('gives every suffix an id of the form that Route 53 has', () => {
    expect(rows.filter(([, zone]) => !/^Z[A-Z0-9]{9,31}$/.test(zone))).toEqual([]);
  });

  it('gives no id to two suffixes', () => {
    const zones = rows.map(([, zone]) => zone);
    expect(zones.filter((zone, at) => zones.indexOf(zone) !== at)).toEqual([]);
  });

  it('has suffixes in the canonical form of names', () => {
    expect(rows.filter(([suffix]) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(suffix))).toEqual([]);
  });

  it.each(REGIONS)('has Application and Network Load Balancers of %s', region => {
    expect(aliasZoneOf(`x.${region}.elb.${domain(region)}`)).toBeDefined();
    expect(aliasZoneOf(`x.elb.${region}.${domain(region)}`)).toBeDefined();
  });

  it('has load balancers of no region that it has only half', () => {
    const of = (form: RegExp) => [...DUAL_STACK_ALIASES.keys()].flatMap(suffix => form.exec(suffix)?.[1] ?? []).sort();
    expect(of(/^([a-z0-9-]+)\.elb\.amazonaws/)).toEqual(of(/^elb\.([a-z0-9-]+)\.amazonaws/));
  });
});

describe('an alias to', () => {
  it.each([
    ['a CloudFront distribution', 'd111111abcdef8.cloudfront.net', false],
    ['a CloudFront distribution in China', 'd111111abcdef8.cloudfront.cn', false],
    ['a load balancer', 'n1-0.elb.us-east-1.amazonaws.com', true],
    ['an accelerator', 'a1234567890abcdef.awsglobalaccelerator.com', true],
  ])('%s knows target health and stands in private zones, or neither', (_, name, both) => {
    expect(aliasTraitsOf(aliasZoneOf(name) ?? '')).toEqual({ targetHealth: both, privateZones: both });
  });
});
