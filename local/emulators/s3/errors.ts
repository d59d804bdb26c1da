import { ServiceError } from '../aws/errors.ts';
import { AuthenticationError } from '../aws/sigv4.ts';

/** An error that S3 answers with. */
export class S3Error extends ServiceError {
  override readonly name = 'S3Error';
}

/** Throws an error that is a fault of ours. */
export function refusalOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (!(error instanceof AuthenticationError)) throw error;
  // S3 has words of its own for a key that nobody knows and for a request without a signature.
  const code = { InvalidClientTokenId: 'InvalidAccessKeyId', MissingAuthenticationToken: 'AccessDenied' }[
    error.code as string
  ];
  return new S3Error(403, code ?? error.code, error.message);
}
