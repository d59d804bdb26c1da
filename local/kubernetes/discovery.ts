import { apiVersion, KINDS, type Kind } from './kinds.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/**
 * What `kubectl` asks first: which groups, versions and resources there are. Undefined for every other path.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
 */
export function discovery(path: string): object | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups() };
  const [, groupVersion] = /^\/apis?\/(v1|[^/]+\/[^/]+)$/.exec(path) ?? [];
  const kinds = KINDS.filter(kind => apiVersion(kind) === groupVersion);
  if (kinds.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: kinds.map(resource) };
}

function groups(): object[] {
  const named = KINDS.filter(({ group }) => group !== '');
  return [...new Set(named.map(({ group }) => group))].map(name => {
    const versions = [...new Set(named.filter(({ group }) => group === name).map(({ version }) => version))];
    const listed = versions.map(version => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions: listed, preferredVersion: listed[0] };
  });
}

function resource({ resource: name, kind, namespaced }: Kind): object {
  return { name, singularName: kind.toLowerCase(), namespaced, kind, verbs: VERBS };
}
