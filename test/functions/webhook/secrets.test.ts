import { describe, expect, it } from 'vitest';
import { verifier } from '../../../functions/webhook/secrets.ts';
import { parseSecretPlace } from '../../../lib/aws/secret-place.ts';
import { signatureHeaders } from '../../../lib/notice/index.ts';

const OLD = 'old-0123456789abcdef0123456789abcdef';
const NEW = 'new-0123456789abcdef0123456789abcdef';
const BODY = '{}';

/** A verifier whose clock and stored secrets the test moves. */
function setUp(...initial: readonly string[]) {
  const world = { now: 1_750_000_000_000, secrets: initial, fetches: 0, failing: false };
  const verify = verifier(
    async () => {
      world.fetches += 1;
      if (world.failing) throw new Error('the parameter store does not answer');
      return world.secrets;
    },
    () => world.now,
  );
  return {
    world,
    signedWith: (secret: string) => verify({ body: BODY, headers: signatureHeaders(BODY, secret, world.now) }),
  };
}

describe('secrets', () => {
  it('are fetched once for many requests', async () => {
    const { world, signedWith } = setUp(OLD);
    for (let i = 0; i < 20; i++) expect(await signedWith(OLD)).toBe(true);
    expect(world.fetches).toBe(1);
  });

  it('are fetched again after five minutes, so that one that was taken away ends', async () => {
    const { world, signedWith } = setUp(OLD);
    expect(await signedWith(OLD)).toBe(true);
    world.secrets = [NEW];
    world.now += 5 * 60_000 + 1;
    expect(await signedWith(OLD)).toBe(false);
  });

  it('are fetched again for a signature that none of them made: a new secret is good at once', async () => {
    const { world, signedWith } = setUp(OLD);
    expect(await signedWith(OLD)).toBe(true);
    world.secrets = [NEW, OLD];
    world.now += 11_000;
    expect(await signedWith(NEW)).toBe(true);
    expect(await signedWith(OLD)).toBe(true);
    expect(world.fetches).toBe(2);
  });

  it('are not fetched for every forged request: one fetch in ten seconds at most', async () => {
    const { world, signedWith } = setUp(OLD);
    for (let i = 0; i < 100; i++) {
      world.now += 100;
      expect(await signedWith(NEW)).toBe(false);
    }
    expect(world.fetches).toBeLessThanOrEqual(2);
  });

  it('that could not be fetched are asked for again with the next request', async () => {
    const { world, signedWith } = setUp(OLD);
    world.failing = true;
    await expect(signedWith(OLD)).rejects.toThrow('the parameter store does not answer');
    world.failing = false;
    expect(await signedWith(OLD)).toBe(true);
  });

  it('that were good stay so while they cannot be fetched, whatever else is sent', async () => {
    const { world, signedWith } = setUp(OLD);
    expect(await signedWith(OLD)).toBe(true);
    world.failing = true;
    for (let minute = 0; minute < 60; minute++) {
      world.now += 60_000;
      expect(await signedWith(NEW)).toBe(false);
      expect(await signedWith(OLD)).toBe(true);
    }
    world.failing = false;
    world.secrets = [NEW];
    world.now += 11_000;
    expect(await signedWith(NEW)).toBe(true);
    expect(await signedWith(OLD)).toBe(false);
  });

  it('that cannot be fetched are not asked for with every request', async () => {
    const { world, signedWith } = setUp(OLD);
    await signedWith(OLD);
    world.failing = true;
    world.now += 6 * 60_000;
    for (let i = 0; i < 100; i++) await signedWith(NEW);
    expect(world.fetches).toBe(2);
  });

  it('are fetched once for requests that come together', async () => {
    const { world, signedWith } = setUp(OLD);
    expect(await Promise.all(Array.from({ length: 20 }, () => signedWith(OLD)))).not.toContain(false);
    expect(world.fetches).toBe(1);
  });
});

describe('the place of a secret', () => {
  it.each([
    ['ssm:/fairlead/webhook', { store: 'ssm', name: '/fairlead/webhook' }],
    [
      'secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:x',
      {
        store: 'secretsmanager',
        name: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x',
      },
    ],
    ['vault:x', undefined],
    ['ssm:', undefined],
    ['', undefined],
  ])('%s', (text, place) => {
    expect(parseSecretPlace(text)).toEqual(place);
  });
});
