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

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function notFound(resource: string, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${resource} "${name}" not found`, { details: { name, kind: resource } });
}

export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function alreadyExists(resource: string, name: string): StatusError {
  const details = { name, kind: resource };
  return new StatusError(409, 'AlreadyExists', `${resource} "${name}" already exists`, { details });
}

export function conflict(resource: string, name: string): StatusError {
  const what = `Operation cannot be fulfilled on ${resource} "${name}"`;
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return new StatusError(409, 'Conflict', `${what}: ${why}`, { details: { name, kind: resource } });
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
