import { randomUUID } from 'node:crypto';
import type { LambdaFunctionURLEvent, LambdaFunctionURLEventWithIAMAuthorizer } from 'aws-lambda';
import { header } from '../aws/canonical.ts';
import type { Identity } from '../aws/credentials.ts';
import { queryPairs, type WireAnswer, type WireRequest } from '../aws/http.ts';

export type UrlEvent = LambdaFunctionURLEvent | LambdaFunctionURLEventWithIAMAuthorizer;

/** Bodies of these types are passed on as text, all others in base64. */
const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded)\b|application\/[\w.-]+\+(json|xml)\b)/;

/**
 * A request as a Function URL passes it to its function: payload format 2.0
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads). `caller`: who signed it, for a
 * Function URL of type AWS_IAM. `now` in epoch milliseconds.
 */
export function urlEvent(request: WireRequest, caller: Identity | undefined, now: number): UrlEvent {
  const { path, query, body } = request;
  const domainName = header(request, 'host') ?? '';
  const text = TEXT.test(header(request, 'content-type') ?? '');
  const pairs = queryPairs(query);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: Object.fromEntries(Object.keys(request.headers).map(name => [name, header(request, name)])),
    ...(pairs.length > 0 && { queryStringParameters: joined(pairs) }),
    requestContext: {
      accountId: caller?.account ?? 'anonymous',
      apiId: 'local',
      domainName,
      domainPrefix: 'local',
      http: httpOf(request),
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date(now).toUTCString(),
      timeEpoch: now,
      ...(caller && { authorizer: { iam: iamOf(caller) } }),
    },
    ...(body.length > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  } as UrlEvent;
}

/** A key that is there more than once has its values joined with commas. */
function joined(pairs: readonly [string, string][]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [key, value] of pairs) all[key] = key in all ? `${all[key]},${value}` : value;
  return all;
}

function httpOf(request: WireRequest) {
  return {
    method: request.method,
    path: request.path,
    protocol: 'HTTP/1.1',
    sourceIp: '127.0.0.1',
    userAgent: header(request, 'user-agent') ?? '',
  };
}

function iamOf({ accessKeyId, account, userId, arn }: Identity) {
  return {
    accessKey: accessKeyId,
    accountId: account,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: arn,
    userId,
  };
}

/** What a function answered, as HTTP: with a `statusCode` it is the answer in full, anything else is a JSON body. */
export function urlAnswer(result: unknown): WireAnswer {
  const answer = result as { statusCode?: unknown; headers?: object; body?: unknown; isBase64Encoded?: boolean } | null;
  if (typeof answer?.statusCode !== 'number')
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result ?? null) };
  const { statusCode, headers, body = '', isBase64Encoded } = answer;
  return {
    status: statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: isBase64Encoded ? Buffer.from(String(body), 'base64') : String(body),
  };
}
