import { reasonOf } from '../reason.ts';
import type { Place } from '../sources/index.ts';
import type { Answer } from './connection.ts';
import {
  BusyError,
  type ClusterError,
  ExpiredListError,
  ForbiddenError,
  UnauthorizedError,
  UnusableListError,
} from './errors.ts';

/** A resource as one API server serves it. */
export interface Served {
  readonly group: string;
  readonly plural: string;
  readonly path: string;
  readonly listKind: string;
  /** Absent: of all namespaces, or of none. */
  readonly namespace?: string;
}

export function servedAt({ group, plural, kind }: Omit<Place, 'version'>, version: string): Served {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return { group, plural, path: `${root}/${plural}`, listKind: `${kind}List` };
}

/** A resource as served for one namespace. */
export function within(served: Served, namespace: string): Served {
  const root = served.path.slice(0, -served.plural.length);
  return { ...served, namespace, path: `${root}namespaces/${namespace}/${served.plural}` };
}

/** What is to be done about a refusal: that depends on who asks. */
export interface Advice {
  readonly unauthorized: string;
  /** @param role what the role must have */
  readonly forbidden: (role: string, namespace: string | undefined) => string;
  readonly busy: string;
}

const roleOfARun = (namespace: string | undefined) =>
  namespace === undefined
    ? 'the ClusterRole fairlead (infra/cluster-role.yaml)'
    : `the Role fairlead of the namespace ${namespace} (npm run -s cluster-role -- fairlead.yml)`;

export const FOR_A_RUN: Advice = {
  unauthorized:
    'the role needs an EKS access entry in this very cluster (infra/eks-access.yml), made after the role itself: one that was made anew needs a new entry',
  forbidden: (role, namespace) => `bind ${roleOfARun(namespace)}, ${role}, to the group of fairlead's access entry`,
  busy: 'the next run reads it again',
};

/** A run with a kubeconfig: who is not accepted has an old token or certificate, and access entries are not asked. */
export const WITH_KUBECONFIG: Advice = {
  unauthorized: 'renew the token or certificate of its kubeconfig, and try it with kubectl',
  forbidden: (role, namespace) => `bind ${roleOfARun(namespace)}, ${role}, to the user of its kubeconfig`,
  busy: FOR_A_RUN.busy,
};

/** A request for the objects of a resource, for messages. */
interface Asking {
  /** `cluster prod-eu` */
  readonly label: string;
  readonly served: Served;
  readonly doing: 'listing' | 'watching' | 'looking for';
  readonly advice?: Advice;
}

/** The answers that give no objects, as errors; the texts are those of the Status object that comes with them. */
export function refusal(asking: Asking, { status, headers, body }: Answer): ClusterError {
  const { label, served, doing, advice = FOR_A_RUN } = asking;
  const { group, plural, path } = served;
  const { message } = (parseJson(body) ?? {}) as { message?: unknown };
  const said = `${status}${typeof message === 'string' ? ` ${reasonOf(message).slice(0, 300)}` : ''}`;
  const where = `${label}: ${doing} ${plural}`;
  switch (true) {
    case status === 401:
      return new UnauthorizedError(`${where}: not accepted (${said}); ${advice.unauthorized}`);
    case status === 403: {
      const role = `which has verbs [get, list, watch] on resources [${plural}] of apiGroups ["${group}"]`;
      return new ForbiddenError(`${where}: forbidden (${said}); ${advice.forbidden(role, served.namespace)}`);
    }
    case status === 410:
      return new ExpiredListError(`${where}: ${said}`);
    case status === 404:
      return unusable(asking, `the cluster has no ${plural} under ${path} (${said})`);
    case status === 429 || status >= 500:
      return new BusyError(`${where}: the API server is busy or failing (${said}); ${advice.busy}`, waitOf(headers));
    default:
      return unusable(asking, `unexpected answer ${said}; is something other than the API server answering?`);
  }
}

/** Retry-After in seconds (RFC 9110, 10.2.3); Kubernetes gives no dates. */
function waitOf(headers: Answer['headers']): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return seconds >= 0 ? seconds : undefined;
}

export function unusable({ label, served }: Pick<Asking, 'label' | 'served'>, what: string): UnusableListError {
  return new UnusableListError(`${label}: ${served.plural}: ${what}`);
}

/** Undefined for what is not JSON. */
export function parseJson(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}
