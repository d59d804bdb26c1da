import { timingSafeEqual } from 'node:crypto';
import { ALGORITHM, header, type Signing, signatureOf } from './canonical.ts';
import type { Credentials, Identity } from './credentials.ts';
import { queryPairs, type WireRequest } from './http.ts';

export type AuthenticationCode =
  | 'MissingAuthenticationToken'
  | 'IncompleteSignature'
  | 'InvalidClientTokenId'
  | 'ExpiredToken'
  | 'SignatureDoesNotMatch';

/** A request that is not signed as AWS wants it. Services with JSON protocols answer with other codes: see eks. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  readonly code: AuthenticationCode;

  constructor(code: AuthenticationCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Verification {
  readonly credentials: Credentials;
  /** The name in the credential scope, e.g. `route53`. */
  readonly service: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The region that the scope must name; absent: any that looks like one. */
  readonly region?: string;
}

export interface Authenticated {
  readonly identity: Identity;
  /** Of the credential scope. */
  readonly region: string;
}

interface Signature extends Signing {
  readonly keyId: string;
  readonly scope: readonly [date: string, region: string, service: string, terminator: string];
  readonly signature: string;
  readonly token: string | undefined;
  readonly presigned: boolean;
}

const MINUTE = 60_000;
/** How old a signature may be: in a header five minutes, in a URL fifteen whatever X-Amz-Expires says (STS). */
const WINDOW = { header: 5 * MINUTE, presigned: 15 * MINUTE };
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/**
 * Verifies a request signed with Signature Version 4, in its Authorization header or in its query, as AWS does: known
 * credentials, session token, scope, date, then the signature over exactly what was sent, body included.
 * Throws AuthenticationError. Source: AWS IAM User Guide, "AWS Signature Version 4 for API requests".
 */
export function verifySignature(request: WireRequest, verification: Verification): Authenticated {
  const signature = readSignature(request);
  const identity = knownIdentity(signature, verification);
  checkScope(signature, verification);
  checkDate(signature, verification.now);
  checkSignedHeaders(signature, request);
  const expected = Buffer.from(signatureOf(request, signature, identity.secretAccessKey));
  const given = Buffer.from(signature.signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) throw mismatch(MISMATCH);
  return { identity, region: signature.scope[1] };
}

/** Service and region of the credential scope of a request, unverified; undefined when there is none. */
export function claimedScope(request: WireRequest): { region: string; service: string } | undefined {
  try {
    const [, region, service] = readSignature(request).scope;
    return { region, service };
  } catch {
    return undefined;
  }
}

function mismatch(message: string): AuthenticationError {
  return new AuthenticationError('SignatureDoesNotMatch', message);
}

function readSignature(request: WireRequest): Signature {
  const authorization = request.headers.authorization;
  if (authorization?.startsWith(`${ALGORITHM} `)) {
    const fields = new Map(
      authorization
        .slice(ALGORITHM.length)
        .split(',')
        .map(field => {
          const [key = '', value = ''] = field.trim().split(/=(.*)/s);
          return [key, value];
        }),
    );
    return parse(
      name => fields.get(name) ?? '',
      name => header(request, name),
      false,
    );
  }
  if (authorization !== undefined) throw incomplete(`'${authorization.split(' ')[0]}' is not a supported algorithm`);
  const query = new Map(queryPairs(request.query));
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) {
    throw new AuthenticationError('MissingAuthenticationToken', 'Missing Authentication Token');
  }
  return parse(
    name => query.get(`X-Amz-${name}`) ?? '',
    name => query.get(name),
    true,
  );
}

function parse(
  field: (name: 'Credential' | 'SignedHeaders' | 'Signature') => string,
  other: (name: 'X-Amz-Date' | 'X-Amz-Security-Token') => string | undefined,
  presigned: boolean,
): Signature {
  const missing = (['Credential', 'Signature', 'SignedHeaders'] as const).filter(name => field(name) === '');
  if (missing.length > 0) {
    throw incomplete(missing.map(name => `Authorization header requires '${name}' parameter.`).join(' '));
  }
  const [keyId = '', date = '', region = '', service = '', terminator = '', ...rest] = field('Credential').split('/');
  if (terminator !== 'aws4_request' || rest.length > 0) {
    const shape = 'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term';
    throw incomplete(`${shape}, got '${field('Credential')}'`);
  }
  return {
    keyId,
    scope: [date, region, service, terminator],
    signedHeaders: field('SignedHeaders').split(';'),
    signature: field('Signature'),
    date: other('X-Amz-Date') ?? '',
    token: other('X-Amz-Security-Token'),
    presigned,
  };
}

function incomplete(message: string): AuthenticationError {
  return new AuthenticationError('IncompleteSignature', message);
}

function knownIdentity(signature: Signature, { credentials, now }: Verification): Identity {
  const identity = credentials.find(signature.keyId);
  if (!identity || identity.sessionToken !== signature.token) {
    throw new AuthenticationError('InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  if (identity.expires !== undefined && identity.expires <= now) {
    throw new AuthenticationError('ExpiredToken', 'The security token included in the request is expired');
  }
  return identity;
}

function checkScope({ scope: [, region, service] }: Signature, verification: Verification): void {
  if (service !== verification.service) {
    throw mismatch(`Credential should be scoped to correct service: '${verification.service}'.`);
  }
  const right = verification.region ? region === verification.region : /^[a-z]{2,}(-[a-z]+)+-\d$/.test(region);
  if (!right) throw mismatch(`Credential should be scoped to a valid region, not '${region}'.`);
}

function checkDate({ date, scope, presigned }: Signature, now: number): void {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(at) || !date.startsWith(scope[0])) {
    const day = date.slice(0, 8);
    const shape = 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP';
    throw incomplete(`${shape}: '${scope[0]}' != '${day}', from '${date}'.`);
  }
  const window = presigned ? WINDOW.presigned : WINDOW.header;
  if (now - at > window) {
    const bound = `${basic(now - window)} (${basic(now)} - ${window / MINUTE} min.)`;
    throw mismatch(`Signature expired: ${date} is now earlier than ${bound}`);
  }
  if (at - now > WINDOW.header) {
    const bound = `${basic(now + WINDOW.header)} (${basic(now)} + ${WINDOW.header / MINUTE} min.)`;
    throw mismatch(`Signature not yet current: ${date} is still later than ${bound}`);
  }
}

function basic(epoch: number): string {
  return new Date(epoch).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** The host and whatever speaks to AWS must be under the signature. */
function checkSignedHeaders({ signedHeaders }: Signature, request: WireRequest): void {
  if (!signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const open = Object.keys(request.headers).find(name => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  if (open) throw mismatch(`'${open}' must be a 'SignedHeader' in the AWS Authorization.`);
}
