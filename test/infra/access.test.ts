import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { roleStatements } from '../../infra/iam.ts';
import { parseConfig } from '../../lib/config/index.ts';

const manifests = parseAllDocuments(readFileSync('infra/cluster-role.yaml', 'utf8')).map(document => document.toJS());
const manifest = (kind: string) => manifests.find(one => one.kind === kind);
const template = parse(readFileSync('infra/eks-access.yml', 'utf8'), { logLevel: 'silent' });

describe('access to a cluster', () => {
  it('is reading what Services and Ingresses need, nothing else', () => {
    expect(manifest('ClusterRole').rules).toEqual([
      { apiGroups: [''], resources: ['nodes', 'pods', 'services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
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

describe("the forwarder's access to the webhook", () => {
  const { Resources } = parse(readFileSync('infra/forwarder-access.yml', 'utf8'), { logLevel: 'silent' });
  const { AssumeRolePolicyDocument, Policies } = Resources.Role.Properties;
  const ISSUER = `\${OidcProvider}`;
  const [, podIdentity, irsa] = AssumeRolePolicyDocument;

  it('is the two rights that a Function URL asks for, on this function, over its URL', () => {
    const rights = Policies.flatMap(
      (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
    );
    expect(rights.map(({ Sid, Effect, ...right }: { Sid: string; Effect: string }) => right)).toEqual([
      {
        Action: ['lambda:InvokeFunctionUrl'],
        Resource: 'WebhookFunctionArn',
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
      },
      {
        Action: ['lambda:InvokeFunction'],
        Resource: 'WebhookFunctionArn',
        Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
      },
    ]);
  });

  it('is given by Pod Identity to the service account of the chart in this cluster only', () => {
    expect(podIdentity.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'aws:SourceAccount': 'AWS::AccountId',
            'aws:RequestTag/eks-cluster-name': 'ClusterName',
            'aws:RequestTag/kubernetes-namespace': 'Namespace',
            'aws:RequestTag/kubernetes-service-account': 'ServiceAccount',
          },
        },
      },
    ]);
  });

  it('is given by IRSA to the same service account only', () => {
    const [statement] = JSON.parse(irsa).Statement;
    expect(statement.Condition).toEqual({
      StringEquals: {
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${ISSUER}:sub`]: `system:serviceaccount:\${Namespace}:\${ServiceAccount}`,
      },
    });
  });
});

describe.each([
  ['reader-role', { ClusterNames: 'prod-*', ExternalId: 'abc' }],
  ['zones-role', { HostedZones: 'Z1', ExternalId: '' }],
])('the role of another account, %s', (name, parameters) => {
  const { Resources, Parameters } = parse(readFileSync(`infra/${name}.yml`, 'utf8'), { logLevel: 'silent' });
  const { AssumeRolePolicyDocument, Policies } = Resources.Role.Properties;
  const [trust] = AssumeRolePolicyDocument.Statement;

  it('trusts the account, and of it the one role by its name, which outlives the role', () => {
    expect(JSON.stringify(trust.Principal)).toContain(':root');
    expect(trust.Condition.ArnEquals).toEqual({ 'aws:PrincipalArn': 'TrustedRoleArn' });
    expect(JSON.stringify(trust.Condition.StringEquals)).toContain('sts:ExternalId');
  });

  it('has the rights of fairlead’s own role for this work, and no others', () => {
    const statements = Policies[0].PolicyDocument.Statement as { Sid: string; Action: string[]; Condition?: object }[];
    const own = roleStatements(
      parseConfig('clusters: [{name: a, region: eu-west-1}]\nzones: {domains: [example.com]}', { file: 'f', env: {} }),
      {
        ...{ logGroup: '', queue: '', undelivered: '', stateBucket: '', tracing: false, vpc: false },
      },
    );
    for (const { Sid, Action, Condition } of statements) {
      const same = own.find(statement => statement.Sid === Sid);
      expect(Action).toEqual(same?.Action);
      expect(Object.entries(Condition ?? {}).map(([operator, keys]) => [operator, Object.keys(keys)])).toEqual(
        Object.entries(same?.Condition ?? {}).map(([operator, keys]) => [operator, Object.keys(keys)]),
      );
    }
    expect(Object.keys(Parameters)).toEqual(expect.arrayContaining(Object.keys(parameters)));
  });
});
