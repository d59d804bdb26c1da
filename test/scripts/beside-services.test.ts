import { expect, test } from 'vitest';
import { besideServices } from '../../scripts/bench/beside-services.ts';

const costs = (cpuSeconds: number, peakMiB: number) => [{ cpuSeconds, peakMiB }];

test('what is measured beside the Services is compared with them', () => {
  const measured = new Map([
    ['services-5000', costs(2, 300)],
    ['routes-5000', costs(3, 150)],
    ['pods-5000', costs(1, 451)],
  ]);
  expect(besideServices(measured)).toEqual([
    expect.stringMatching(/^5,000 HTTPRoutes on 50 Gateways .* first sync: 1\.50 times the CPU, 0\.50 .*: holds\)$/),
    expect.stringMatching(/^5,000 headless pods .* 0\.50 times the CPU, 1\.50 times the memory .*: DOES NOT HOLD\)$/),
  ]);
});

test('without the Services there is nothing to compare with', () => {
  expect(besideServices(new Map([['pods-5000', costs(1, 1)]]))).toEqual([]);
});
