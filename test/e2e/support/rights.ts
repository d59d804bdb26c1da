import type { Rule } from '../../../lib/sources/index.ts';
import type { KubeClient } from './kube-client.ts';
import { until } from './process.ts';

/** Who asks, as an API server knows them. */
export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A run of fairlead: its role is let in with this group. */
export const RUN: Subject = { user: 'someone', groups: ['fairlead'] };

export async function isAllowed(admin: KubeClient, subject: Subject, resourceAttributes: object): Promise<boolean> {
  const { body } = await admin.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...subject, resourceAttributes },
  });
  return body.status.allowed;
}

/** Waits until rights that were given count: RBAC takes note of a role and of its binding a moment after they are there. */
export async function untilAllowed(admin: KubeClient, subject: Subject, rules: readonly Rule[]): Promise<void> {
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap(group => resources.flatMap(resource => verbs.map(verb => ({ group, resource, verb })))),
  );
  await until(`${subject.user} has the rights that were given`, async () =>
    (await Promise.all(rights.map(right => isAllowed(admin, subject, right)))).every(Boolean),
  );
}
