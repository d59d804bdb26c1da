/**
 * What went wrong with a request to AWS, as far as it says what to do.
 *
 * | fault       | meaning                                                  |
 * |-------------|----------------------------------------------------------|
 * | credentials | they are wrong, missing or expired                       |
 * | denied      | they are good, and lack the right                        |
 * | throttled   | too many requests of this account                        |
 * | network     | no way to AWS from here, or no whole answer              |
 * | service     | a fault of the service, which passes                     |
 * | other       | anything else                                            |
 */
export type AwsFault = 'credentials' | 'denied' | 'throttled' | 'network' | 'service' | 'other';

/** Names of the SDK's errors, and codes of the services and of Node. */
const BY_NAME: readonly (readonly [RegExp, AwsFault])[] = [
  [
    /^(CredentialsProviderError|TokenProviderError|(Invalid|Expired)Token(Id)?|ExpiredTokenException|IncompleteSignature|InvalidAccessKeyId|InvalidClientTokenId|InvalidSignature|InvalidSignatureException|MissingAuthenticationToken|RequestExpired|RequestTimeTooSkewed|SignatureDoesNotMatch|UnrecognizedClientException)$/,
    'credentials',
  ],
  [/^AccessDenied(Exception)?$/, 'denied'],
  [/^(Throttl|TooManyRequests|RequestThrottled|RequestLimitExceeded|SlowDown)/, 'throttled'],
  [
    /^(ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ERR_STREAM|UND_ERR|TimeoutError|AbortError|NetworkingError|AnswerTooLarge|UnreadableAnswer)/,
    'network',
  ],
];

/** Of whatever a client of the SDK throws. */
export function awsFaultOf(thrown: unknown): AwsFault {
  const { name, code, $metadata } = (thrown ?? {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const words = [code, name].filter(word => typeof word === 'string');
  const found = BY_NAME.find(([pattern]) => words.some(word => pattern.test(word)));
  if (found !== undefined) return found[1];
  return ($metadata?.httpStatusCode ?? 0) >= 500 ? 'service' : 'other';
}
