import { describe, expect, test } from 'vitest';
import { type BudgetLimits, createBudget } from '../../../../lib/route53/budget.ts';
import { Route53Error, type Route53Port, withBudget } from '../../../../lib/route53/index.ts';
import { AccountThrottle, type Throttle } from '../../../../local/emulators/route53/throttle.ts';
import { fakeClock } from '../../../support/clock.ts';

const ROOM = { burst: 1e6, perSecond: 1e6 };
const A = '111111111111';

describe('Route 53 throttles', () => {
  test.each<[string, Throttle, (throttle: AccountThrottle) => void]>([
    [
      'all calls of an account together',
      { requests: { burst: 2, perSecond: 1 } },
      throttle => {
        throttle.takeRequest(A, 'GetChange', 1);
        throttle.takeRequest(A, 'ListHostedZones', 1);
        throttle.takeRequest('222222222222', 'GetChange', 1);
        throttle.takeRequest(A, 'GetHostedZone', 1);
      },
    ],
    [
      'each action by itself',
      { requests: ROOM, actions: { burst: 1, perSecond: 1 } },
      throttle => {
        throttle.takeRequest(A, 'GetChange', 1);
        throttle.takeRequest(A, 'ListHostedZones', 1);
        throttle.takeRequest(A, 'GetChange', 2_000);
        throttle.takeRequest(A, 'GetChange', 2_001);
      },
    ],
    [
      'changes besides',
      { requests: ROOM, changes: { burst: 1_000, perSecond: 100 } },
      throttle => {
        throttle.takeChanges(A, 1_000, 1);
        throttle.takeChanges(A, 100, 1_001);
        throttle.takeChanges(A, 1, 1_001);
      },
    ],
  ])('%s, the last of these', (_rule, limits, calls) => {
    expect(() => calls(new AccountThrottle(limits))).toThrow('Rate exceeded');
    expect(() => calls(new AccountThrottle(undefined))).not.toThrow();
  });
});

describe('fairlead’s budget on a Route 53 that takes a hundred changes a second', () => {
  const LIMITS = { requestsPerSecond: 5, burst: 25 };

  /** Sends batches of this size one after the other; the refusals, and the seconds that it took. */
  async function send(limits: BudgetLimits, batches: number, size: number) {
    const clock = fakeClock(1);
    const throttle = new AccountThrottle({ requests: ROOM, changes: { burst: 1_000, perSecond: 100 } });
    let refused = 0;
    const changeRecordSets: Route53Port['changeRecordSets'] = async (_zone, changes) => {
      try {
        throttle.takeChanges(A, changes.length, clock.now());
      } catch (error) {
        refused += 1;
        throw new Route53Error('throttled', 'Throttling', (error as Error).message);
      }
    };
    const port = { changeRecordSets } as Route53Port;
    const route53 = withBudget(port, { clock, budget: createBudget(limits, clock), deadline: 600_000 });
    const changes = Array.from(
      { length: size },
      () => ({ action: 'CREATE', record: { name: 'a', type: 'A' } }) as never,
    );
    for (let i = 0; i < batches; i++) await route53.changeRecordSets('Z1', changes);
    return { refused, seconds: clock.now() / 1000 };
  }

  test('is never refused where the config knows the limit, and wastes no time', async () => {
    const { refused, seconds } = await send({ ...LIMITS, changesPerSecond: 100 }, 20, 200);
    expect(refused).toBe(0);
    expect(seconds).toBeLessThan(45);
  });

  test.each([
    [20, 200],
    [100, 40],
    [5, 1_000],
  ])('finds it out by itself: %i batches of %i changes', async (batches, size) => {
    const { refused, seconds } = await send(LIMITS, batches, size);
    expect(refused).toBeLessThan(20);
    expect(seconds).toBeLessThan((2 * batches * size) / 100 + 10);
  });
});
