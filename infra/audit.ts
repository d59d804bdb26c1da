import { SUBRESOURCE, WRITES } from '../functions/audit/write.ts';
import type { Config } from '../lib/config/config.ts';
import { placesOf, resourcesOf, type SourceKind } from '../lib/sources/index.ts';
import type { Resources } from './rules.ts';
import { InvalidSetting } from './settings.ts';

/** What infra/audit.yml takes from the deployment. */
export interface Audit {
  /** The part of the stack: that of the audit logs, or an empty one. */
  readonly part: string;
  readonly filterPattern: string;
  readonly subscriptions: Resources;
}

/**
 * The audit logs of these clusters, handed to the function. Throws InvalidSetting for a cluster that is not in the config,
 * or in another region: CloudWatch Logs hands a log to functions of its own region and account only.
 */
export function auditOf(clusters: readonly string[] | null, config: Config, region: string): Audit {
  const names = [...new Set(clusters ?? [])].sort();
  const filterPattern = filterPatternOf(config.sources);
  return {
    part: names.length === 0 ? 'infra/none.yml' : 'infra/audit.yml',
    filterPattern,
    subscriptions: Object.fromEntries(
      names.map(name => [
        `AuditLogOf${logicalId(name)}`,
        subscription(name, eksNameOf(name, config, region), filterPattern),
      ]),
    ),
  };
}

/** The name of the cluster in EKS. */
function eksNameOf(name: string, { clusters }: Config, region: string): string {
  const cluster = clusters.find(one => one.name === name);
  if (cluster === undefined)
    throw new InvalidSetting(
      `params.auditClusters: "${name}" is not in the config, which has ${clusters.map(one => one.name).join(', ')}`,
    );
  if (cluster.region === region) return cluster.eksName ?? name;
  throw new InvalidSetting(
    `params.auditClusters: "${name}" is in ${cluster.region}, and its log cannot be handed to a function in ${region}; use the forwarder there`,
  );
}

/** The log says how EKS calls the cluster; where the config calls it otherwise, the filter's name says so. */
function subscription(cluster: string, eksName: string, filterPattern: string) {
  return {
    Type: 'AWS::Logs::SubscriptionFilter',
    DependsOn: ['AuditPermission'], // CloudWatch Logs tries whether it may call when the filter is made
    Properties: {
      LogGroupName: `/aws/eks/${eksName}/cluster`,
      ...(eksName !== cluster && { FilterName: cluster }),
      FilterPattern: filterPattern,
      DestinationArn: { 'Fn::GetAtt': ['AuditLambdaFunction', 'Arn'] },
    },
  };
}

/** Logical ids take letters and digits only. */
function logicalId(name: string): string {
  return name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore').replaceAll('.', 'Dot');
}

/**
 * Lines of the log that tell of a write of what the sources read, which succeeded. What leader election writes (leases,
 * endpoints) is not among them. CloudWatch Logs allows 1,024 characters, so the groups of Kubernetes itself are narrowed
 * to the resources, and those of custom resources are not: the function looks again.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
function filterPatternOf(sources: readonly SourceKind[]): string {
  const places = resourcesOf(sources).flatMap(resource => [...placesOf(resource)]);
  const resources = places.map(({ group, plural, version }) => {
    const of = group === '' ? '$.objectRef.apiGroup NOT EXISTS' : `$.objectRef.apiGroup = "${group}"`;
    return version === undefined ? `(${of})` : `($.objectRef.resource = "${plural}" && ${of})`;
  });
  return `{ ${[
    '($.stage = "ResponseComplete")',
    any(WRITES.map(verb => `$.verb = "${verb}"`)),
    any([...new Set(resources)]),
    any(['$.objectRef.subresource NOT EXISTS', `$.objectRef.subresource = "${SUBRESOURCE}"`]),
    '($.responseStatus.code < 300)',
  ].join(' && ')} }`;
}

function any(alternatives: readonly string[]): string {
  return `(${alternatives.join(' || ')})`;
}
