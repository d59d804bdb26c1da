import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEks } from '../../lib/cluster/eks.ts';
import { type AwsAnswer, type AwsServer, assumed, described, refused, startAwsServer } from './aws-server.ts';

const ROLE = 'arn:aws:iam::111122223333:role/fairlead-read';
const closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  for (const name of Object.keys(process.env).filter(key => key.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
});

async function serve(eks: AwsAnswer, sts?: AwsAnswer, variable = 'AWS_ENDPOINT_URL'): Promise<AwsServer> {
  const server = await startAwsServer({ eks: () => eks, ...(sts && { sts: () => sts }) });
  closing.push(server.close);
  vi.stubEnv(variable, server.url);
  return server;
}

describe('describe gives endpoint and CA', () => {
  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_EKS'])('from the endpoint in %s', async variable => {
    const { calls } = await serve(described({}), undefined, variable);
    const access = await createEks({ region: 'eu-west-1' }).describe('prod');
    expect(access).toEqual({ endpoint: 'https://e', caData: 'Q0E=', public: true });
    expect(calls).toEqual(['eks eu-west-1 AKIDOWN /clusters/prod']);
  });

  test('of a cluster that is being updated, because it serves', async () => {
    await serve(described({ status: 'UPDATING' }));
    await expect(createEks({ region: 'eu-west-1' }).describe('prod')).resolves.toMatchObject({ endpoint: 'https://e' });
  });

  test('and says when the endpoint is private', async () => {
    await serve(described({ resourcesVpcConfig: { endpointPublicAccess: false } }));
    await expect(createEks({ region: 'eu-west-1' }).describe('prod')).resolves.toMatchObject({ public: false });
  });

  test('in the region of the profile when none is given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-'));
    closing.push(() => rm(folder, { recursive: true }));
    const profile =
      '[profile dns]\nregion = eu-central-1\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = x\n';
    await writeFile(join(folder, 'config'), profile);
    const { calls } = await serve(described({}));
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_PROFILE', 'dns');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    await createEks({}).describe('prod');
    expect(calls).toEqual(['eks eu-central-1 AKIDPROFILE /clusters/prod']);
  });
});

describe('a role of the cluster', () => {
  test.each([
    { rule: 'is assumed once, as fairlead', account: { roleArn: ROLE }, form: { RoleArn: ROLE } },
    {
      rule: 'is assumed with its external id',
      account: { roleArn: ROLE, externalId: 'abc' },
      form: { RoleArn: ROLE, ExternalId: 'abc' },
    },
  ])('$rule, and signs request and token', async ({ account, form }) => {
    const { calls } = await serve(described({}), assumed('ASIAROLE'));
    const eks = createEks({ region: 'eu-west-1', ...account });
    await eks.describe('prod');
    await expect(eks.credentials('prod')).resolves.toMatchObject({ accessKeyId: 'ASIAROLE', sessionToken: 'session' });
    expect(calls).toHaveLength(2);
    expect(Object.fromEntries(new URLSearchParams(calls[0]?.replace('sts eu-west-1 ', '')))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleSessionName: 'fairlead',
      ...form,
    });
    expect(calls[1]).toBe('eks eu-west-1 ASIAROLE /clusters/prod');
  });

  test('is assumed with the credentials handed in', async () => {
    await serve(described({}), assumed('ASIAROLE'));
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const own = { accessKeyId: 'AKIDHANDED', secretAccessKey: 'x' };
    const eks = createEks({ region: 'eu-west-1', roleArn: ROLE }, own);
    await expect(eks.credentials('prod')).resolves.toMatchObject({ accessKeyId: 'ASIAROLE' });
  });

  test('that may not be assumed is named with the action', async () => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User x is not authorized</Message></Error></ErrorResponse>';
    await serve(described({}), { status: 403, body });
    await expect(createEks({ region: 'eu-west-1', roleArn: ROLE }).describe('prod')).rejects.toMatchObject({
      name: 'AwsAccessError',
      message: expect.stringMatching(`cluster prod: sts:AssumeRole of ${ROLE} failed: User x is not authorized; allow`),
    });
  });
});

describe('an error says what and where, and what to do', () => {
  const cases: { rule: string; answer: AwsAnswer; name: string; says: string }[] = [
    {
      rule: 'no such cluster',
      answer: refused(404, 'ResourceNotFoundException', 'No cluster found for name: prod.'),
      name: 'ClusterNotFoundError',
      says: 'cluster prod in eu-west-1 does not exist (for this account); check `name`, `region` and `roleArn`',
    },
    {
      rule: 'not allowed',
      answer: refused(403, 'AccessDeniedException', 'User x is not authorized to perform: eks:DescribeCluster.'),
      name: 'AwsAccessError',
      says: 'eks:DescribeCluster is denied: User x is not authorized to perform: eks:DescribeCluster; allow the action',
    },
    {
      rule: 'wrong credentials',
      answer: refused(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
      name: 'AwsAccessError',
      says: 'AWS does not accept the credentials: The security token included in the request is invalid; renew them',
    },
    {
      rule: 'a bad name',
      answer: refused(400, 'InvalidParameterException', 'unsupported name'),
      name: 'DescribeError',
      says: 'eks:DescribeCluster failed: unsupported name; the next run tries again',
    },
    {
      rule: 'still being created',
      answer: described({ status: 'CREATING', endpoint: undefined }),
      name: 'ClusterNotReadyError',
      says: 'cluster prod in eu-west-1 is CREATING, not ACTIVE',
    },
    {
      rule: 'being deleted',
      answer: described({ status: 'DELETING' }),
      name: 'ClusterNotReadyError',
      says: 'is DELETING, not ACTIVE',
    },
    {
      rule: 'no endpoint',
      answer: described({ endpoint: undefined }),
      name: 'ClusterNotReadyError',
      says: 'has no API server endpoint yet',
    },
    {
      rule: 'no CA',
      answer: described({ certificateAuthority: {} }),
      name: 'ClusterNotReadyError',
      says: 'without certificateAuthority.data, so its API server cannot be verified',
    },
    { rule: 'an empty answer', answer: { body: {} }, name: 'DescribeError', says: 'is not EKS (HTTP 200' },
  ];
  test.each(cases)('$rule', async ({ answer, name, says }) => {
    await serve(answer);
    await expect(createEks({ region: 'eu-west-1' }).describe('prod')).rejects.toMatchObject({
      name,
      message: expect.stringContaining(says),
    });
  });

  test('no credentials', async () => {
    await serve(described({}));
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    await expect(createEks({ region: 'eu-west-1' }).describe('prod')).rejects.toMatchObject({
      name: 'AwsAccessError',
      message: expect.stringMatching(/^cluster prod: no usable AWS credentials: .*; set AWS_PROFILE or credentials/),
    });
  });

  test('a stop is told as the reason of the stop', async () => {
    await serve(described({}));
    const signal = AbortSignal.abort(new Error('the run is over'));
    await expect(createEks({ region: 'eu-west-1' }).describe('prod', signal)).rejects.toThrow('the run is over');
  });
});
