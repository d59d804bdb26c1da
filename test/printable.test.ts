import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../forwarder/program/log.ts';
import { createTelemetry, logResult } from '../functions/reconcile/telemetry.ts';
import { createTelemetry as webhookTelemetry } from '../functions/telemetry.ts';
import { ConfigError, parseConfig } from '../lib/config/index.ts';
import { printable } from '../lib/printable.ts';
import { reasonOf } from '../lib/reason.ts';
import { harness } from './support/harness.ts';
import { service } from './support/objects.ts';

/** Clears a screen, colours, turns the direction, rings: in both sets of control characters. */
const EVIL = 'a\u001b[2J\u009b31m\u202eb\u0007\u2028';
const isPrintable = (text: string) => printable(text) === text;

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const)
    vi.spyOn(console, level).mockImplementation(text => void lines.push(text));
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

describe('a line of a log is obeyed by no terminal that it is read in', () => {
  test('of a run', async () => {
    const world = harness({
      config:
        'clusters: [{name: prod, region: us-east-1}, {name: sick, region: us-east-1}]\nzones: {domains: [example.com]}',
      clusters: {
        prod: { objects: [service('a', { [`aws-${EVIL}`]: EVIL, hostname: 'a.example.com' }, ['192.0.2.1'])] },
        sick: { objects: [], failing: EVIL },
      },
    });
    const result = await world.run();
    logResult(result, createTelemetry().logger);
    expect(lines.join('\n')).toContain('a\\\\u001b[2J\\\\u009b31m\\\\u202eb\\\\u0007\\\\u2028');
    expect(lines.filter(line => !isPrintable(line))).toEqual([]);
  });

  test('of the webhook', () => {
    webhookTelemetry().logger.warn(EVIL, { of: EVIL, error: new Error(EVIL) });
    expect(lines).toHaveLength(1);
    expect(isPrintable(lines[0] ?? '')).toBe(true);
  });

  test('of a forwarder', () => {
    createLog(line => lines.push(line), Date.now).warn(EVIL, { of: EVIL });
    expect(isPrintable((lines[0] ?? '').trimEnd())).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: EVIL, of: EVIL });
  });
});

test('what a server says, and what stands in a config, is printable wherever it comes to stand', () => {
  expect(isPrintable(reasonOf(new Error(EVIL)))).toBe(true);
  const text = `clusters: [{name: "a\\u009b31m", region: us-east-1}]\n"\\u202ekey": 1\npolicy: "\\u009b2J"`;
  const read = () => parseConfig(text, { file: `fairlead-${EVIL}.yml`, env: {} });
  expect(read).toThrow(ConfigError);
  try {
    read();
  } catch (error) {
    const { message } = error as Error;
    expect(message.split('\n').length).toBeGreaterThan(1);
    expect(isPrintable(message)).toBe(true);
  }
});
