import type { Config } from '../lib/config/config.ts';
import { configsOf } from '../lib/config/index.ts';
import { addTo } from '../lib/group.ts';
import {
  namespacesRead,
  type ResourceKind,
  type Rule,
  rulesFor,
  rulesOver,
  type SourceKind,
  sourceSettings,
} from '../lib/sources/index.ts';

const HEAD = `# What fairlead may do in a cluster: read what its sources need, nothing else. This is for the default sources; for those of
# your own config:
#   npm run -s cluster-role -- fairlead.yml | kubectl apply -f -
`;

/** A role, of a namespace or without one of the whole cluster, and its binding to the group of fairlead's access entry. */
function role(rules: readonly Rule[], namespace?: string): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = ['metadata:', '  name: fairlead', ...(namespace === undefined ? [] : [`  namespace: ${namespace}`])];
  const lines = rules.map(({ apiGroups: [group], resources, verbs }) => [
    `  - apiGroups: [${group === '' ? '""' : group}]`,
    `    resources: [${resources.join(', ')}]`,
    `    verbs: [${verbs.join(', ')}]`,
  ]);
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
${metadata.join('\n')}
rules:
${lines.flat().join('\n')}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
${metadata.join('\n')}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${kind}
  name: fairlead
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: fairlead # the group of the access entry in infra/eks-access.yml
`;
}

/** With kubernetesEvents. What is there is not changed: an Event is made once. */
const EVENTS: Rule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] };

/** infra/cluster-role.yaml, for these sources. */
export function clusterRole(sources: readonly SourceKind[]): string {
  return HEAD + role(rulesFor(sources));
}

/** The roles for a config: with `filters.namespaces`, a Role in each of them, and a ClusterRole for what is of no namespace. */
export function rolesFor(config: Config): string {
  const views = configsOf(config).map(view => sourceSettings(view.config));
  const byNamespace = new Map<string | undefined, ResourceKind[]>();
  for (const [resource, namespaces] of namespacesRead(config.sources, views)) {
    for (const namespace of namespaces) addTo(byNamespace, namespace, resource);
  }
  const asking = configsOf(config).map(view => view.config.filters.namespaces);
  const isEverywhere = asking.some(({ length }) => length === 0);
  /** Where the objects are that ask. */
  const isTold = (namespace?: string) =>
    config.kubernetesEvents &&
    (namespace === undefined ? isEverywhere : !isEverywhere && asking.flat().includes(namespace));
  const roles = [...byNamespace].map(([namespace, words]) =>
    role([...rulesOver(words), ...(isTold(namespace) ? [EVENTS] : [])], namespace),
  );
  const head = config.kubernetesEvents ? HEAD.replace('nothing else.', 'and write Events on its objects.') : HEAD;
  return head + roles.join('---\n');
}
