import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { maySpeakFor, parseCallers } from '../../../functions/webhook/callers.ts';
import { type Caller, createHandler, type Ports } from '../../../functions/webhook/create.ts';
import type { Notice } from '../../../lib/model/index.ts';
import { captureLog, context } from '../lambda.ts';

const NOTICE: Notice = { cluster: 'prod-eu', source: 'f-1', sequence: 7, since: 1_750_000_000_000 };
const BODY = JSON.stringify(NOTICE);
const PRINCIPAL = 'arn:aws:sts::111122223333:assumed-role/forwarder/pod';

/** Only what the handler and its middleware read of the event. */
function request(body: string | undefined, more: Partial<LambdaFunctionURLEvent> = {}): LambdaFunctionURLEvent {
  const requestContext = { http: { method: 'POST', sourceIp: '192.0.2.1' } };
  return { headers: {}, isBase64Encoded: false, requestContext, body, ...more } as unknown as LambdaFunctionURLEvent;
}

function ports(more: Partial<Ports> = {}) {
  const queued: [Notice, string][] = [];
  const callers: Caller[] = [];
  const it = {
    authenticate: async caller => {
      callers.push(caller);
      return true;
    },
    shardOf: cluster => (cluster === 'prod-eu' ? 'europe' : undefined),
    enqueue: async (notice, shard) => {
      queued.push([notice, shard]);
    },
    ...more,
  } satisfies Ports;
  return { it, queued, callers };
}

/** Every JSON line that Lambda would put into the log. */
const lines = captureLog();

const telemetry = () => ({
  logger: new Logger({ serviceName: 'test' }),
  metrics: new Metrics({ namespace: 'fairlead', serviceName: 'test' }),
});
const call = (one: Ports, event: LambdaFunctionURLEvent) => createHandler(one, telemetry())(event, context());

describe('a notice', () => {
  it('goes on the queue of its shard, and is answered with 202', async () => {
    const { it: one, queued } = ports();
    expect(await call(one, request(BODY))).toEqual({ statusCode: 202 });
    expect(queued).toEqual([[NOTICE, 'europe']]);
    expect(lines).toContainEqual(expect.objectContaining({ NoticesAccepted: 1 }));
  });

  it('may come in base64, as Function URLs give a body of unknown type', async () => {
    const { it: one, queued, callers } = ports();
    const event = request(Buffer.from(BODY).toString('base64'), { isBase64Encoded: true });
    expect(await call(one, event)).toEqual({ statusCode: 202 });
    expect(queued).toHaveLength(1);
    expect(callers).toEqual([{ body: BODY, headers: {}, principal: undefined }]);
  });

  it('is verified with the principal that Lambda names', async () => {
    const { it: one, callers } = ports();
    const requestContext = {
      http: { method: 'POST', sourceIp: '192.0.2.1' },
      authorizer: { iam: { userArn: PRINCIPAL } },
    };
    await call(one, request(BODY, { requestContext } as unknown as Partial<LambdaFunctionURLEvent>));
    expect(callers).toMatchObject([{ principal: PRINCIPAL }]);
  });

  it('that the queue does not take is not accepted: the handler fails, and the sender tries again', async () => {
    const failing = ports({ enqueue: () => Promise.reject(new Error('the queue does not answer')) });
    await expect(call(failing.it, request(BODY))).rejects.toThrow('the queue does not answer');
  });
});

describe('a request is refused with a status and nothing else', () => {
  const closed = { authenticate: async () => false };
  it.each([
    ['too large, before it is looked at', BODY.padEnd(64 * 1024 + 1), closed, 413, 'too-large'],
    ['too large in bytes, though not in characters', `"${'ü'.repeat(40_000)}"`, closed, 413, 'too-large'],
    ['of a caller who may not', BODY, closed, 401, 'unauthenticated'],
    ['of a caller who may not, malformed too', '{', closed, 401, 'unauthenticated'],
    ['without a body', undefined, {}, 400, 'malformed'],
    ['not JSON', '{', {}, 400, 'malformed'],
    ['with records in it', JSON.stringify({ ...NOTICE, records: [] }), {}, 400, 'malformed'],
    ['of a cluster that is not configured', JSON.stringify({ ...NOTICE, cluster: 'x' }), {}, 400, 'unknown-cluster'],
  ])('%s', async (_what, body, more, statusCode, reason) => {
    const { it: one, queued } = ports(more);
    expect(await call(one, request(body))).toEqual({ statusCode });
    expect(queued).toEqual([]);
    expect(lines).toContainEqual(expect.objectContaining({ reason, NoticesRefused: 1 }));
  });
});

describe('a flood of refusals', () => {
  it('writes one line in ten seconds for each reason, with how often it was', async () => {
    const { it: one } = ports({ authenticate: async ({ body }) => body !== BODY });
    let now = 0;
    const handler = createHandler(one, telemetry(), () => now);
    for (let i = 0; i < 1_000; i++, now += 20) await handler(request(BODY), context());
    await handler(request('{}'), context());
    const told = lines.filter(line => line.message === 'notice refused');
    expect(told.map(({ refusal, times }) => [refusal, times])).toEqual([
      ['unauthenticated', 1],
      ['unauthenticated', 500],
      ['malformed', 1],
    ]);
    const counted = lines.filter(line => 'NoticesRefused' in line).map(line => line.NoticesRefused);
    expect(counted).toEqual([1, 500, 1]);
    expect(lines.length).toBeLessThan(10);
  });
});

describe('a role that is bound to clusters', () => {
  const ROLE = 'arn:aws:iam::111122223333:role/path/forwarder';
  const callers = parseCallers(`${ROLE}=prod-eu, ${ROLE}=prod.us ${ROLE.replace('forwarder', 'other')}=lab`);

  it.each([
    ['its cluster', PRINCIPAL, 'prod-eu', true],
    ['another of its clusters', PRINCIPAL, 'prod.us', true],
    ['not for another’s', PRINCIPAL, 'lab', false],
    ['not from another account', PRINCIPAL.replace('1111', '4444'), 'prod-eu', false],
    [
      'not by a session that only sounds like it',
      PRINCIPAL.replace('forwarder', 'x').replace('pod', 'forwarder'),
      'prod-eu',
      false,
    ],
    ['not as a user of its name', 'arn:aws:iam::111122223333:user/forwarder', 'prod-eu', false],
    ['not as nobody', undefined, 'prod-eu', false],
  ])('speaks for %s', (_rule, principal, cluster, may) => {
    expect(maySpeakFor(callers ?? new Map(), principal, cluster)).toBe(may);
  });

  it.each(['prod-eu', `${ROLE}`, `${ROLE}=`, 'role=prod', `${ROLE}=prod-eu,x`])('is not read from %s', text => {
    expect(parseCallers(text)).toBeUndefined();
  });

  it('is answered with 403 where it speaks for another, and nothing is queued', async () => {
    const { it: one, queued } = ports({ maySpeakFor: () => false });
    expect(await call(one, request(BODY))).toEqual({ statusCode: 403 });
    expect(queued).toEqual([]);
  });
});
