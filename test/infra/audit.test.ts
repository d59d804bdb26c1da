import { describe, expect, it } from 'vitest';
import { auditOf } from '../../infra/audit.ts';
import { InvalidSetting } from '../../infra/settings.ts';
import type { Config } from '../../lib/config/config.ts';
import { SOURCE_KINDS } from '../../lib/sources/index.ts';

const cluster = (name: string, region = 'eu-west-1') => ({ name, region, owner: 'o' });
const CONFIG = {
  clusters: [cluster('prod-a'), cluster('prod_b'), cluster('far', 'us-east-1')],
  sources: ['service', 'ingress'],
} as unknown as Config;
const make = (clusters: readonly string[] | null) => auditOf(clusters, CONFIG, 'eu-west-1');

describe('audit logs', () => {
  it('are no part of the stack unless clusters are named', () => {
    expect(make(null)).toMatchObject({ part: 'infra/none.yml', subscriptions: {} });
  });

  it('of the named clusters are handed to the function', () => {
    const { part, subscriptions } = make(['prod_b', 'prod-a', 'prod-a']);
    expect(part).toBe('infra/audit.yml');
    expect(Object.entries(subscriptions).map(([id, { Properties }]) => [id, Properties.LogGroupName])).toEqual([
      ['AuditLogOfprodDasha', '/aws/eks/prod-a/cluster'],
      ['AuditLogOfprodUnderscoreb', '/aws/eks/prod_b/cluster'],
    ]);
  });

  it('are those of the cluster in EKS; the filter says how the config calls it', () => {
    const clusters = [{ ...cluster('prod.eu'), eksName: 'prod' }];
    const { subscriptions } = auditOf(['prod.eu'], { ...CONFIG, clusters }, 'eu-west-1');
    expect(subscriptions.AuditLogOfprodDoteu?.Properties).toMatchObject({
      LogGroupName: '/aws/eks/prod/cluster',
      FilterName: 'prod.eu',
    });
  });

  it('are filtered: writes of what the sources read that succeeded, status included', () => {
    const { filterPattern } = make(['prod-a']);
    expect(filterPattern).toBe(
      '{ ($.stage = "ResponseComplete")' +
        ' && ($.verb = "create" || $.verb = "update" || $.verb = "patch" || $.verb = "delete" || $.verb = "deletecollection")' +
        ' && (($.objectRef.resource = "services" && $.objectRef.apiGroup NOT EXISTS)' +
        ' || ($.objectRef.resource = "ingresses" && $.objectRef.apiGroup = "networking.k8s.io"))' +
        ' && ($.objectRef.subresource NOT EXISTS || $.objectRef.subresource = "status")' +
        ' && ($.responseStatus.code < 300) }',
    );
  });

  it('are filtered in the length that CloudWatch allows, whatever the sources', () => {
    const { filterPattern } = auditOf(['prod-a'], { ...CONFIG, sources: SOURCE_KINDS }, 'eu-west-1');
    expect(filterPattern.length).toBeLessThanOrEqual(1024);
    expect(filterPattern).toContain('|| ($.objectRef.apiGroup = "gateway.networking.k8s.io") ||');
    expect(filterPattern).toContain('($.objectRef.resource = "namespaces" && $.objectRef.apiGroup NOT EXISTS)');
  });

  it.each([
    ['a cluster that is not in the config', 'prod-c', /"prod-c" is not in the config, which has prod-a, prod_b, far/],
    ['a cluster of another region', 'far', /"far" is in us-east-1.*function in eu-west-1; use the forwarder/],
  ])('refuse %s', (_rule, name, message) => {
    expect(() => make([name])).toThrow(InvalidSetting);
    expect(() => make([name])).toThrow(message);
  });
});
