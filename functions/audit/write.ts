import * as z from 'zod/mini';
import type { NoticedObject } from '../../lib/model/index.ts';

/** Resources of the Kubernetes API that ask for records, by the kind that a notice gives them. */
export const RESOURCES = {
  service: { resource: 'services', apiGroup: undefined },
  ingress: { resource: 'ingresses', apiGroup: 'networking.k8s.io' },
} as const;

/** Verbs after which an object may be another. */
export const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/** Load balancer controllers write the status; other subresources (`proxy`) change nothing of the object. */
export const SUBRESOURCE = 'status';

// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
const AuditEvent = z.object({
  stage: z.literal('ResponseComplete'),
  verb: z.enum(WRITES),
  requestURI: z.optional(z.string()),
  objectRef: z.object({
    resource: z.enum(['services', 'ingresses']),
    namespace: z.optional(z.string()),
    name: z.optional(z.string()),
    apiGroup: z.optional(z.string()),
    subresource: z.optional(z.literal(SUBRESOURCE)),
  }),
  responseStatus: z.object({ code: z.number().check(z.gte(200), z.lt(300)) }),
});

/** An object that was written; without a name (all of a namespace were deleted), any of its kind may have been. */
export type Write = Pick<NoticedObject, 'kind'> & { readonly namespace?: string; readonly name?: string };

/**
 * The write that one line of the audit log tells of; undefined for every other line. The subscription's filter lets only
 * such lines through; this is what counts.
 */
export function readWrite(line: string): Write | undefined {
  const parsed = AuditEvent.safeParse(parseJson(line));
  if (!parsed.success || isDryRun(parsed.data.requestURI)) return undefined;
  const { resource, apiGroup, namespace, name } = parsed.data.objectRef;
  const kind = resource === 'services' ? 'service' : 'ingress';
  if ((apiGroup || undefined) !== RESOURCES[kind].apiGroup) return undefined;
  return { kind, ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) };
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run: checked and answered, not stored. */
function isDryRun(requestURI = ''): boolean {
  return /[?&]dryRun=[^&]/.test(requestURI);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
