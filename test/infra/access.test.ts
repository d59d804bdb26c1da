import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const manifests = parseAllDocuments(readFileSync('infra/cluster-role.yaml', 'utf8')).map(document => document.toJS());
const manifest = (kind: string) => manifests.find(one => one.kind === kind);
const template = parse(readFileSync('infra/eks-access.yml', 'utf8'), { logLevel: 'silent' });

describe('access to a cluster', () => {
  it('is reading Services and Ingresses, nothing else', () => {
    expect(manifest('ClusterRole').rules).toEqual([
      { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
    ]);
  });

  it('is given to the group that the access entry puts the role into', () => {
    const binding = manifest('ClusterRoleBinding');
    expect(binding.roleRef).toMatchObject({ kind: 'ClusterRole', name: manifest('ClusterRole').metadata.name });
    expect(template.Resources.Access.Properties.KubernetesGroups).toEqual(
      binding.subjects.map(({ name }: { name: string }) => name),
    );
  });

  it('needs no group or policy with more rights', () => {
    const { KubernetesGroups, ...properties } = template.Resources.Access.Properties;
    expect(KubernetesGroups).toEqual(['fairlead']);
    expect(Object.keys(properties)).toEqual(['ClusterName', 'PrincipalArn', 'Type']);
  });
});
