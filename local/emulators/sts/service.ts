import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCall } from '../aws/call.ts';
import type { Credentials, Identity } from '../aws/credentials.ts';
import { ServiceError } from '../aws/errors.ts';
import { Faults } from '../aws/faults.ts';
import { DROPPED, queryPairs, type WireAnswer, type WireRequest } from '../aws/http.ts';
import { decide, type PolicyStatement } from '../aws/iam.ts';
import { Journal } from '../aws/journal.ts';
import { AuthenticationError, verifySignature } from '../aws/sigv4.ts';
import { element, wrap } from '../aws/xml.ts';

/** A role that may be assumed by everybody known whose own policy allows it, with the external id if it demands one. */
export interface Role {
  readonly arn: string;
  readonly externalId?: string;
  /** What its sessions may do; absent: everything. */
  readonly policy?: readonly PolicyStatement[];
}

/** An answer's content, for XML and JSON alike. */
interface Fields {
  readonly [name: string]: string | Fields;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const VERSION = '2011-06-15';
const DEFAULT_DURATION = 3600;

class StsError extends ServiceError {}

/** STS on the wire (query protocol): GetCallerIdentity and AssumeRole. */
export class StsService {
  readonly faults = new Faults();
  readonly journal = new Journal();
  readonly roles = new Map<string, Role>();
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  readonly serve = (request: WireRequest): Promise<WireAnswer | typeof DROPPED> => {
    const form = parameters(request);
    const operation = form.get('Action') ?? 'UnknownOperation';
    return answerCall(this.journal, {
      operation,
      work: async () => {
        if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
        return this.faults.takeDrop(operation, 'before') ? DROPPED : this.#carryOut(request, form);
      },
      success: (result: Fields, requestId) => success(operation, result, requestId, wantsJson(request)),
      refusal: refusalOf,
      failure,
    });
  };

  #carryOut(request: WireRequest, form: ReadonlyMap<string, string>): Fields {
    const { identity } = verifySignature(request, {
      credentials: this.#credentials,
      service: 'sts',
      now: Date.now(),
    });
    const action = form.get('Action') ?? '';
    const version = form.get('Version') ?? '';
    const known = action === 'GetCallerIdentity' || action === 'AssumeRole';
    if (!known || version !== VERSION) {
      throw new StsError(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`);
    }
    const injected = this.faults.takeFailure(action);
    if (injected) throw new StsError(injected.status, injected.code, injected.message);
    return action === 'AssumeRole' ? this.#assumeRole(identity, form) : callerIdentity(identity);
  }

  #assumeRole(identity: Identity, form: ReadonlyMap<string, string>): Fields {
    const request = readAssumeRole(form);
    const role = this.roles.get(request.arn);
    const trusted = role !== undefined && (role.externalId === undefined || role.externalId === request.externalId);
    if (!trusted || !mayAssume(identity, request.arn) || this.faults.denied.has('AssumeRole')) {
      const what = `is not authorized to perform: sts:AssumeRole on resource: ${request.arn}`;
      throw new StsError(403, 'AccessDenied', `User: ${identity.arn} ${what}`);
    }
    const [, , , , account = '', resource = ''] = request.arn.split(':');
    const roleName = resource.split('/').at(-1) ?? '';
    const roleId = `AROA${createHash('sha256').update(request.arn).digest('hex').slice(0, 17).toUpperCase()}`;
    const session = this.#credentials.issue({
      arn: `arn:aws:sts::${account}:assumed-role/${roleName}/${request.session}`,
      userId: `${roleId}:${request.session}`,
      account,
      expires: Date.now() + request.seconds * 1000,
      ...(role.policy && { policy: role.policy }),
    });
    return sessionFields(session);
  }
}

const mayAssume = ({ policy }: Identity, resource: string): boolean =>
  policy === undefined || decide(policy, { action: 'sts:AssumeRole', resource }) === 'allowed';

function parameters(request: WireRequest): ReadonlyMap<string, string> {
  const body = request.method === 'POST' ? request.body.toString('utf8') : '';
  return new Map([...queryPairs(request.query), ...queryPairs(body)]);
}

function readAssumeRole(form: ReadonlyMap<string, string>) {
  const arn = form.get('RoleArn') ?? '';
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/.test(arn)) throw invalid(`${arn} is invalid`);
  const session = form.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(session)) {
    const rule = 'Member must satisfy regular expression pattern: [\\w+=,.@-]* and have a length from 2 to 64';
    throw invalid(
      `1 validation error detected: Value '${session}' at 'roleSessionName' failed to satisfy constraint: ${rule}`,
    );
  }
  const duration = form.get('DurationSeconds') ?? String(DEFAULT_DURATION);
  const seconds = /^\d+$/.test(duration) ? Number(duration) : 0;
  if (seconds < 900 || seconds > 43_200) {
    const rule = 'Member must have value greater than or equal to 900 and less than or equal to 43200';
    throw invalid(
      `1 validation error detected: Value '${duration}' at 'durationSeconds' failed to satisfy constraint: ${rule}`,
    );
  }
  return { arn, session, seconds, externalId: form.get('ExternalId') };
}

function invalid(message: string): StsError {
  return new StsError(400, 'ValidationError', message);
}

function callerIdentity({ arn, userId, account }: Identity): Fields {
  return { Arn: arn, UserId: userId, Account: account };
}

function sessionFields(session: Identity): Fields {
  return {
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken ?? '',
      Expiration: new Date(session.expires ?? 0).toISOString(),
    },
  };
}

function refusalOf(error: unknown): StsError {
  if (error instanceof StsError) return error;
  if (error instanceof AuthenticationError) return new StsError(403, error.code, error.message);
  throw error;
}

/** As aws-iam-authenticator asks for it; the SDKs ask for nothing and get XML. */
function wantsJson({ headers }: WireRequest): boolean {
  return headers.accept === 'application/json';
}

function success(action: string, result: Fields, requestId: string, json: boolean): WireAnswer {
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return {
    status: 200,
    headers: { 'content-type': json ? 'application/json' : 'text/xml', 'x-amzn-requestid': requestId },
    body: json
      ? JSON.stringify({ [`${action}Response`]: content })
      : wrap(`${action}Response`, xmlOf(content), NAMESPACE),
  };
}

function xmlOf(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => (typeof value === 'string' ? element(name, value) : wrap(name, xmlOf(value))))
    .join('');
}

function failure(error: StsError, requestId: string): WireAnswer {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const detail = element('Type', type) + element('Code', error.code) + element('Message', error.message);
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: wrap('ErrorResponse', wrap('Error', detail) + element('RequestId', requestId), NAMESPACE),
  };
}
