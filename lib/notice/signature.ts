import { createHmac, timingSafeEqual } from 'node:crypto';

/** Headers of a notice that is signed with a shared secret. Names are in lower case, as Function URLs give them. */
export const TIMESTAMP_HEADER = 'x-fairlead-timestamp';
export const SIGNATURE_HEADER = 'x-fairlead-signature';

/** Seconds that the clocks of sender and receiver may differ, both ways; a signature is good for no longer. */
export const TOLERANCE = 120;

/** Shorter ones could be guessed: 32 characters of base64 or hex are at least 128 bits. */
export const SHORTEST_SECRET = 32;

/** Two at once, so that senders can be moved from an old secret to a new one. */
const MOST_SECRETS = 2;

/** A secret that cannot be used; the message never holds the secret itself. */
export class UnusableSecret extends Error {
  override readonly name = 'UnusableSecret';
}

/**
 * The secrets in the text of a parameter, a secret or a file: one a line, two at most. The first one signs; all are
 * accepted. @throws UnusableSecret
 */
export function secretsIn(text: string, where: string): readonly string[] {
  const secrets = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  if (secrets.length === 0) throw new UnusableSecret(`${where} is empty: write a secret into it`);
  if (secrets.length > MOST_SECRETS)
    throw new UnusableSecret(
      `${where} has ${secrets.length} lines: at most ${MOST_SECRETS} secrets, one a line, are accepted at once`,
    );
  if (secrets.some(secret => secret.length < SHORTEST_SECRET))
    throw new UnusableSecret(
      `${where} has a secret of less than ${SHORTEST_SECRET} characters: make one with "openssl rand -base64 32"`,
    );
  return secrets;
}

/** The headers that prove a body to come from who has the secret, at a time (epoch milliseconds). */
export function signatureHeaders(body: string, secret: string, now: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: `v1=${mac(timestamp, body, secret).toString('hex')}` };
}

/**
 * Whether a body was signed with one of the secrets, within {@link TOLERANCE} of `now` (epoch milliseconds). Every secret
 * is tried and compared in constant time (NIST FIPS 198-1; `timingSafeEqual`), so that the time says nothing.
 */
export function isSigned(
  body: string,
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  now: number,
): boolean {
  const timestamp = headers[TIMESTAMP_HEADER] ?? '';
  const given = /^v1=([0-9a-f]{64})$/.exec(headers[SIGNATURE_HEADER] ?? '')?.[1];
  if (given === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE) return false;
  const bytes = Buffer.from(given, 'hex');
  return secrets.map(secret => timingSafeEqual(mac(timestamp, body, secret), bytes)).includes(true);
}

/** The time is signed with the body, so that an old body cannot be given a new time. */
function mac(timestamp: string, body: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`v1:${timestamp}:${body}`).digest();
}
