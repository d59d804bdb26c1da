import { describe, expect, test } from 'vitest';
import { localAddress } from '../../../../local/emulators/dns/addresses.ts';
import { routed } from '../../../../local/emulators/dns/routing.ts';
import { ALB } from './zones.ts';

describe('addresses on loopback', () => {
  test('are the same for every spelling of a name', () => {
    const spellings = [ALB, `${ALB}.`, ALB.toUpperCase(), `dualstack.${ALB}`];
    expect(new Set(spellings.map(name => localAddress(name, 'A'))).size).toBe(1);
    expect(localAddress(ALB, 'A')).toMatch(/^198\.51\.100\.\d+$/);
    expect(localAddress(ALB, 'AAAA')).toMatch(/^2001:db8::[0-9a-f]+:[0-9a-f]+$/);
    expect(localAddress('other.elb.amazonaws.com', 'AAAA')).not.toBe(localAddress(ALB, 'AAAA'));
  });
});

describe('routing', () => {
  const weights = (...all: number[]) =>
    all.map((weight, i) => ({ name: 'w.', type: 'A', setIdentifier: String(i), weight, ttl: 1, values: ['1.1.1.1'] }));
  const chosen = (sets: ReturnType<typeof weights>, at: number) => routed(sets, () => at).map(one => one.setIdentifier);

  test.each<[sets: number[], at: number, chosen: string]>([
    [[1, 3], 0, '0'],
    [[1, 3], 0.24, '0'],
    [[1, 3], 0.26, '1'],
    [[1, 3], 0.999999, '1'],
    [[0, 5, 0], 0, '1'],
    [[0, 5, 0], 0.999999, '1'],
    [[0, 0], 0.4, '0'],
    [[0, 0], 0.6, '1'],
  ])('weights %j at %f: %s', (sets, at, identifier) => {
    expect(chosen(weights(...sets), at)).toEqual([identifier]);
  });

  test('failover: the primary; multivalue: up to eight; geography: the default', () => {
    const one = (fields: object) => ({ name: 'x.', type: 'A', setIdentifier: 's', ttl: 1, values: [], ...fields });
    const [secondary, primary] = [one({ failover: 'SECONDARY' }), one({ failover: 'PRIMARY' })];
    expect(routed([secondary, primary], Math.random)).toEqual([primary]);
    expect(
      routed(
        Array.from({ length: 10 }, () => one({ multiValueAnswer: true })),
        Math.random,
      ),
    ).toHaveLength(8);
    const [europe, rest] = [one({ geoLocation: { continentCode: 'EU' } }), one({ geoLocation: { countryCode: '*' } })];
    expect(routed([europe, rest], Math.random)).toEqual([rest]);
  });
});
