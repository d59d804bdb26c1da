import { discoveryAt, groups } from './kinds.ts';

/**
 * What `kubectl` asks first: which groups, versions and resources there are. Undefined for every other path.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
 */
export function discovery(path: string): object | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups() };
  return discoveryAt(path);
}
