import { execFile } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { startWorld, type World, type WorldOptions } from '../../local/world.ts';

const worlds: World[] = [];

async function start(options?: WorldOptions): Promise<World> {
  const world = await startWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map(world => world.close()));
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

test('env() is all that a child process needs', async () => {
  const world = await start({ region: 'eu-west-1', zones: [{ id: 'Z1', name: 'example.com', records: [] }] });
  expect(world.env()).toEqual({
    AWS_ENDPOINT_URL: world.url,
    FAIRLEAD_DNS_SERVER: `127.0.0.1:${world.dns.port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIALOCALWORLD000001',
    AWS_SECRET_ACCESS_KEY: expect.any(String),
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const program = `
    import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
    import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
    const zones = await new Route53Client().send(new ListHostedZonesCommand());
    const identity = await new STSClient().send(new GetCallerIdentityCommand());
    console.log(zones.HostedZones.map(zone => zone.Name).join(), identity.Account);`;
  const env = { ...world.env(), PATH: process.env.PATH ?? '' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
  expect(stdout.trim()).toBe('example.com. 123456789012');
});

test('env() of a role session carries its token', async () => {
  const world = await start();
  const role = { arn: 'arn:aws:sts::123456789012:assumed-role/r/s', userId: 'AROA:s', account: '123456789012' };
  const session = world.credentials.issue({ ...role, expires: Date.now() + 60_000 });
  expect(world.env(session)).toMatchObject({
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SESSION_TOKEN: session.sessionToken,
  });
});

test('ports are free ones, or those asked for', async () => {
  const [port, dnsPort] = [await freePort(), await freePort()];
  const [first, second] = [await start({ port, dnsPort }), await start()];
  expect([first.url, first.dns.port]).toEqual([`http://127.0.0.1:${port}`, dnsPort]);
  expect(second.url).not.toBe(first.url);
  await expect(startWorld({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const free = await freePort();
  await expect(startWorld({ port: free, dnsPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  // What a failed start had begun is taken back.
  expect((await start({ port: free })).url).toContain(String(free));
});

test('worlds and clusters side by side know nothing of each other', async () => {
  const [one, two] = [await start(), await start()];
  const [a, b] = await Promise.all([
    one.addCluster({ name: 'prod' }),
    two.addCluster({ name: 'prod', region: 'eu-west-1' }),
  ]);
  one.addZone({ name: 'example.com' });
  expect([one.route53.dump().length, two.route53.dump().length]).toEqual([1, 0]);
  expect([a.region, b.region, a.ca === b.ca]).toEqual(['us-east-1', 'eu-west-1', false]);
});
