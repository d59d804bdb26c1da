import { stringify } from 'yaml';
import { rulesFor, SOURCE_GROUPS, SOURCE_KINDS, type SourceKind } from '../lib/sources/index.ts';

const HEAD = `# What fairlead may do in a cluster: read what its sources need, nothing else. This is for the default sources; for those of
# your own config:
#   npm run -s cluster-role -- fairlead.yml | kubectl apply -f -
`;

const BINDING = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: fairlead
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: fairlead
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: fairlead # the group of the access entry in infra/eks-access.yml
`;

/** infra/cluster-role.yaml, for these sources. */
export function clusterRole(sources: readonly SourceKind[]): string {
  const rules = rulesFor(sources).map(({ apiGroups: [group], resources, verbs }) => [
    `  - apiGroups: [${group === '' ? '""' : group}]`,
    `    resources: [${resources.join(', ')}]`,
    `    verbs: [${verbs.join(', ')}]`,
  ]);
  const role = [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRole',
    'metadata:',
    '  name: fairlead',
    'rules:',
  ];
  return `${HEAD}${[...role, ...rules.flat()].join('\n')}\n${BINDING}`;
}

/** infra/forwarder/chart/rules.yaml: what the chart's ClusterRole allows for each word of `sources`, by API group. */
export function chartRules(): string {
  const words: Readonly<Record<string, readonly SourceKind[]>> = {
    ...Object.fromEntries(SOURCE_KINDS.map(kind => [kind, [kind]])),
    ...SOURCE_GROUPS,
  };
  const rules = Object.entries(words).map(([word, sources]) => [
    word,
    Object.fromEntries(rulesFor(sources).map(({ apiGroups: [group = ''], resources }) => [group, resources])),
  ]);
  return `# Made of lib/sources/kinds.ts by "npm run manifests"; do not edit it here.\n${stringify(Object.fromEntries(rules), { flowCollectionPadding: false, collectionStyle: 'block' })}`;
}
