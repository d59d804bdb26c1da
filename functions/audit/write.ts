import * as z from 'zod/mini';
import { resourceAt, sourceOfResource } from '../../lib/sources/kinds.ts';

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
    resource: z.string(),
    namespace: z.optional(z.string()),
    name: z.optional(z.string()),
    apiGroup: z.optional(z.string()),
    subresource: z.optional(z.literal(SUBRESOURCE)),
  }),
  responseStatus: z.object({ code: z.number().check(z.gte(200), z.lt(300)) }),
});

/**
 * An object that was written. Without a name (all of a namespace were deleted), any of its kind may have been; without a
 * kind (others need it: a Gateway), any of those that need it may ask for something else.
 */
export interface Write {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * The write that one line of the audit log tells of; undefined for every other line. The subscription's filter lets only
 * such lines through; this is what counts.
 */
export function readWrite(line: string): Write | undefined {
  const parsed = AuditEvent.safeParse(parseJson(line));
  if (!parsed.success || isDryRun(parsed.data.requestURI)) return undefined;
  const { resource, apiGroup, namespace, name } = parsed.data.objectRef;
  const kind = resourceAt(apiGroup ?? '', resource);
  if (kind === undefined) return undefined;
  if (sourceOfResource(kind) === undefined) return {};
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
