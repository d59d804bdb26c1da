/** An error that the API answers with, as the `Status` object that carries it. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  /** HTTP status. */
  readonly code: number;
  readonly reason: string;
  readonly extra: { readonly details?: object; readonly metadata?: object; readonly retryAfterSeconds?: number };

  constructor(code: number, reason: string, message: string, extra: StatusError['extra'] = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.extra = extra;
  }

  /** The `Status` object. */
  toJSON(): object {
    const { details, metadata = {} } = this.extra;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(details && { details }),
      code: this.code,
    };
  }
}

interface ResourceName {
  readonly resource: string;
  /** '' is the core group. */
  readonly group: string;
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** `services`, `ingresses.networking.k8s.io`: as messages name a resource. */
export function qualified({ resource, group }: ResourceName): string {
  return group ? `${resource}.${group}` : resource;
}

export function detailsOf({ resource, group }: ResourceName, name?: string): object {
  return { ...(name !== undefined && { name }), ...(group && { group }), kind: resource };
}

export function notFound(kind: ResourceName, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(kind)} "${name}" not found`, { details: detailsOf(kind, name) });
}

export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function alreadyExists(kind: ResourceName, name: string): StatusError {
  const message = `${qualified(kind)} "${name}" already exists`;
  return new StatusError(409, 'AlreadyExists', message, { details: detailsOf(kind, name) });
}

export function conflict(kind: ResourceName, name: string): StatusError {
  const what = `Operation cannot be fulfilled on ${qualified(kind)} "${name}"`;
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return new StatusError(409, 'Conflict', `${what}: ${why}`, { details: detailsOf(kind, name) });
}

export function invalid(kind: string, name: string, why: string): StatusError {
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${why}`, { details: { name, kind } });
}

/** A resource version or continue token from before the last compaction. */
export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(410, 'Expired', message, continueToken ? { metadata: { continue: continueToken } } : {});
}

export function tooManyRequests(retryAfterSeconds: number): StatusError {
  const message = 'too many requests, please try again later';
  return new StatusError(429, 'TooManyRequests', message, { details: { retryAfterSeconds }, retryAfterSeconds });
}
