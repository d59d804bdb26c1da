import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { terminalAws } from '../../cli/aws.ts';
import { composeDoctor, type DoctorOptions } from '../../cli/doctor.ts';
import { BoundedHandler } from '../../lib/aws/http.ts';
import { createEks } from '../../lib/cluster/eks.ts';
import { stsHost } from '../../lib/cluster/token.ts';
import { parseConfig } from '../../lib/config/index.ts';
import { composePorts } from '../../lib/reconcile/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-partitions-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Nothing but a person's profile names the region. Every name that is asked, and the region that the signature is for. */
async function askedOf(region: string, partition: string): Promise<string[]> {
  const file = join(folder, region);
  await writeFile(file, `[profile p]\nregion = ${region}\naws_access_key_id = AKIA\naws_secret_access_key = x\n`);
  for (const name of [
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_ENDPOINT_URL',
  ])
    vi.stubEnv(name, undefined);
  const own = { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_PROFILE: 'p' };
  for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
  const asked: string[] = [];
  vi.spyOn(BoundedHandler.prototype, 'handle').mockImplementation(async ({ hostname, headers }) => {
    const [, signed] = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? '') ?? [];
    asked.push(`${hostname} ${signed}`);
    throw Object.assign(new Error('far enough'), { name: 'AbortError' });
  });
  const { env, credentials } = await terminalAws(process.env);
  const configOf = (more: string) => parseConfig(`{clusters: [{name: prod}]${more}}`, { file: 'fairlead.yml', env });
  const config = configOf(', state: {store: "s3://bucket/x"}');
  const ports = composePorts(config, env, credentials);
  const role = `, zones: {roleArn: 'arn:${partition}:iam::111122223333:role/zones'}`;
  for (const ask of [
    () => ports.route53.listHostedZones(),
    () => ports.store.get('zones'),
    () => createEks({ region: config.clusters[0]?.region ?? '' }, credentials).describe('prod'),
    () => composePorts(configOf(role), env, credentials).route53.listHostedZones(),
    () => composeDoctor(config, { env, credentials }, {} as DoctorOptions).identity(),
  ])
    await ask().catch(() => {});
  return [...new Set([...asked, stsHost(region)])];
}

test.each([
  ['aws', 'eu-central-1', 'route53.amazonaws.com us-east-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'route53.amazonaws.com.cn cn-northwest-1', 'amazonaws.com.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'route53.us-gov.amazonaws.com us-gov-west-1', 'amazonaws.com'],
  ['aws-eusc', 'eusc-de-east-1', 'route53.amazonaws.eu eusc-de-east-1', 'amazonaws.eu'],
  ['aws-iso', 'us-iso-east-1', 'route53.c2s.ic.gov us-iso-east-1', 'c2s.ic.gov'],
  ['aws-iso-b', 'us-isob-east-1', 'route53.sc2s.sgov.gov us-isob-east-1', 'sc2s.sgov.gov'],
  ['aws-iso-e', 'eu-isoe-west-1', 'route53.cloud.adc-e.uk eu-isoe-west-1', 'cloud.adc-e.uk'],
  ['aws-iso-f', 'us-isof-south-1', 'route53.csp.hci.ic.gov us-isof-south-1', 'csp.hci.ic.gov'],
])(
  'partition %s: all is asked where it is, in the region of the profile (%s)',
  async (partition, region, route53, suffix) => {
    expect(await askedOf(region, partition)).toEqual([
      route53,
      `bucket.s3.${region}.${suffix} ${region}`,
      `eks.${region}.${suffix} ${region}`,
      `sts.${region}.${suffix} ${region}`,
      `sts.${region}.${suffix}`,
    ]);
  },
);
