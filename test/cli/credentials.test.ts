import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { terminalAws } from '../../cli/aws.ts';
import { bounded, whilePersonIsAsked } from '../../cli/credentials.ts';
import { awsHttp } from '../../lib/aws/index.ts';
import { type SilentServer, startSilent } from '../aws/silent.ts';

const ROLE = 'arn:aws:iam::111122223333:role/x';
const KEYS = ['aws_access_key_id = AKIAEXAMPLE', 'aws_secret_access_key = x'];
const SSO = ['sso_account_id = 111122223333', 'sso_role_name = x'];
let server: SilentServer;
let folder: string;

const each = () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-credentials-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await rm(folder, { recursive: true });
  });
};

/** The environment of a person with these lines in AWS's config file, whose every server is the one here. */
async function environment(config: readonly string[], more: Record<string, string> = {}) {
  await mkdir(join(folder, '.aws', 'sso', 'cache'), { recursive: true });
  await writeFile(join(folder, '.aws', 'config'), config.join('\n'));
  await writeFile(join(folder, 'token'), 'x.y.z');
  const token = { accessToken: 'a', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  const cached = createHash('sha1').update('corp').digest('hex');
  await writeFile(join(folder, '.aws', 'sso', 'cache', `${cached}.json`), JSON.stringify(token));
  return {
    HOME: folder,
    AWS_CONFIG_FILE: join(folder, '.aws', 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: server.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...more,
  };
}

type Case = readonly [config: string[], env: (url: string, folder: string) => Record<string, string>, told: RegExp];

const CASES: Readonly<Record<string, Case>> = {
  'a container’s agent': [
    [],
    url => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials?secret` }),
    /the container’s agent \(AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI\) at http:\/\/127\.0\.0\.1:\d+\/v1\/credentials gave none within 0\.4 s: does the agent run/,
  ],
  'the agent that a profile’s role comes from': [
    ['[profile p]', `role_arn = ${ROLE}`, 'credential_source = EcsContainer'],
    url => ({ AWS_PROFILE: 'p', AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials` }),
    /the container’s agent/,
  ],
  'the metadata service': [
    [],
    url => ({ AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: url }),
    /this machine’s metadata service at http:\/\/127\.0\.0\.1:\d+\/latest\/api\/token .*AWS_EC2_METADATA_DISABLED/,
  ],
  'IAM Identity Center': [
    ['[profile p]', 'sso_session = corp', ...SSO, '[sso-session corp]', 'sso_region = us-east-1', 'sso_start_url = u'],
    () => ({ AWS_PROFILE: 'p' }),
    /IAM Identity Center \(SSO\) at http:\/\/127\.0\.0\.1:\d+\/federation\/credentials gave none .*aws sso login/,
  ],
  'STS, for a web identity of the environment': [
    [],
    (_, at) => ({ AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: join(at, 'token') }),
    /STS, for a role, at http:\/\/127\.0\.0\.1:\d+\/ gave none/,
  ],
  'STS, for a role of a profile': [
    ['[profile p]', `role_arn = ${ROLE}`, 'source_profile = keys', '[profile keys]', ...KEYS],
    () => ({ AWS_PROFILE: 'p' }),
    /STS, for a role, at/,
  ],
  'a process': [
    ['[profile p]', 'credential_process = sleep 60'],
    () => ({ AWS_PROFILE: 'p' }),
    /the profile’s credential_process \(sleep\) gave none within 0\.5 s: run it by itself/,
  ],
  'a process with one of its own': [
    ['[profile p]', 'credential_process = sleep 60; echo {}'],
    () => ({ AWS_PROFILE: 'p' }),
    /the profile’s credential_process \(sleep\) gave none/,
  ],
};

describe('credentials are not waited for for ever', () => {
  each();
  test.each(Object.entries(CASES))('%s is silent', async (_, [config, env, told]) => {
    server = await startSilent();
    for (const [name, value] of Object.entries(await environment(config, env(server.url, folder))))
      vi.stubEnv(name, value);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    const chain = bounded(fromNodeProviderChain({ clientConfig: { requestHandler: awsHttp } }), {
      servers: 400,
      command: 500,
    });
    const from = performance.now();
    // Two clients ask at once, and one afterwards: all are told the same, and the last at once.
    const [first, second] = await Promise.allSettled([chain(), chain()]);
    expect((first as PromiseRejectedResult).reason.message).toMatch(told);
    expect((second as PromiseRejectedResult).reason).toBe((first as PromiseRejectedResult).reason);
    const connections = server.connections();
    await expect(chain()).rejects.toThrow(told);
    expect(server.connections()).toBe(connections);
    expect(performance.now() - from).toBeLessThan(30_000);
  });

  test('a server that trickles has no more time', async () => {
    server = await startSilent(socket => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('{'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${server.url}/v1/credentials`);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    const chain = bounded(fromNodeProviderChain(), { servers: 400, command: 400 });
    await expect(chain()).rejects.toThrow(/the container’s agent/);
  });

  test('but for as long as a person is asked, whoever else waits meanwhile', async () => {
    server = await startSilent();
    const chain = bounded(
      async () => {
        await whilePersonIsAsked(() => sleep(600));
        return 'keys';
      },
      { servers: 300, command: 300 },
    );
    expect(await Promise.all([chain(), chain()])).toEqual(['keys', 'keys']);
  });

  test('what a person was asked before does not lengthen it', async () => {
    server = await startSilent();
    const chain = bounded(
      async () => {
        await whilePersonIsAsked(() => sleep(100));
        await new Promise(() => {});
      },
      { servers: 200, command: 200 },
    );
    const from = performance.now();
    await expect(chain()).rejects.toThrow(/within 0\.2 s/);
    expect(performance.now() - from).toBeLessThan(30_000);
  });
});

describe('credentials that are not there are told with what was asked, and what to do', () => {
  each();
  const gone = 'http://127.0.0.1:9/x';
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['none at all', [], {}, /there are none in the environment, .*name a profile \(AWS_PROFILE\), or log in/],
    ['half a profile', ['[profile p]', 'aws_access_key_id = A'], { AWS_PROFILE: 'p' }, /profile p: Could not resolve/],
    ['half a default', ['[default]', 'aws_access_key_id = A'], {}, /profile default: Could not resolve/],
    [
      'a source that is not there',
      ['[profile p]', `role_arn = ${ROLE}`, 'source_profile = q'],
      { AWS_PROFILE: 'p' },
      /profile p: .*\[q\]/,
    ],
    [
      'sources in a circle',
      [
        '[profile p]',
        `role_arn = ${ROLE}`,
        'source_profile = q',
        '[profile q]',
        'source_profile = p',
        `role_arn = ${ROLE}`,
      ],
      { AWS_PROFILE: 'p' },
      /profile p: Detected a cycle/,
    ],
    [
      'a process that fails',
      ['[profile p]', 'credential_process = false'],
      { AWS_PROFILE: 'p' },
      /credential_process \(false\) ended with 1: run it by itself/,
    ],
    [
      'a process that says something else',
      ['[profile p]', 'credential_process = echo hello'],
      { AWS_PROFILE: 'p' },
      /credential_process \(echo\) printed no credentials/,
    ],
    [
      'an agent that is gone',
      [],
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: gone },
      /container’s agent .*cannot be asked \(connect ECONNREFUSED .*does the agent run/,
    ],
    [
      'no login to SSO',
      ['[profile p]', 'sso_session = x', ...SSO, '[sso-session x]', 'sso_region = us-east-1', 'sso_start_url = u'],
      { AWS_PROFILE: 'p' },
      /SSO session .*aws sso login/,
    ],
    [
      'no login',
      ['[profile p]', 'login_session = x'],
      { AWS_PROFILE: 'p' },
      /Failed to load token .*: log in \(aws login\)/,
    ],
  ])('%s', async (_, config, more, told) => {
    server = await startSilent();
    for (const [name, value] of Object.entries(await environment(config, more))) vi.stubEnv(name, value);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    if (more.AWS_PROFILE === undefined) vi.stubEnv('AWS_PROFILE', undefined);
    const { credentials } = await terminalAws(process.env);
    await expect(credentials()).rejects.toThrow(told);
    expect(server.connections()).toBe(0);
  });
});

describe('a command whose container’s agent is silent', () => {
  test.concurrent.each(['plan', 'doctor', 'records'])(
    'fairlead %s says so, and ends by itself',
    async command => {
      const silent = await startSilent();
      const at = await mkdtemp(join(tmpdir(), 'fairlead-credentials-'));
      const config = 'clusters: [{name: prod, region: us-east-1}]\nzones: {domains: [a.example]}';
      await writeFile(join(at, 'fairlead.yml'), config);
      const env = {
        ...{ PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', HOME: at, AWS_REGION: 'us-east-1' },
        ...{ AWS_ENDPOINT_URL: silent.url, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${silent.url}/v1/credentials` },
      };
      const ended = await new Promise<{ code: unknown; text: string }>(resolve => {
        execFile(
          process.execPath,
          [inject('command'), command],
          { cwd: at, env, timeout: 170_000 },
          (error, out, err) => resolve({ code: error?.code ?? error?.signal, text: out + err }),
        );
      });
      await silent.close();
      await rm(at, { recursive: true });
      expect(ended.text).toMatch(
        /the container’s agent .* at http:\/\/127.* gave none within 30 s: does the agent run/,
      );
      expect(ended.code).toBe(command === 'doctor' ? 2 : 1);
    },
    180_000,
  );
});
