import { describe, expect, it } from 'vitest';
import { readSchedule } from '../../infra/schedule.ts';

describe('a schedule that EventBridge takes, and the seconds between two of its runs', () => {
  it.each([
    ['rate(1 minute)', 60],
    ['rate(5 minutes)', 300],
    ['rate(1 hour)', 3_600],
    ['rate(12 hours)', 43_200],
    ['rate(1 day)', 86_400],
    ['cron(* * * * ? *)', 60],
    ['cron(0/5 * * * ? *)', 300],
    ['cron(*/15 * * * ? *)', 900],
    ['cron(0,30 * ? * * *)', 3_600],
    ['cron(15 10 * * ? *)', 86_400],
    ['cron(0 8-18 * * ? *)', 86_400],
    ['cron(0 18 ? * MON-FRI *)', 604_800],
    ['cron(0 8 1 * ? *)', 604_800],
    ['cron(0 10 L * ? 2026-2030)', 604_800],
    ['cron(0 10 15W * ? *)', 604_800],
    ['cron(0 10 ? * 6#3 *)', 604_800],
  ])('%s', (expression, seconds) => {
    expect(readSchedule(expression)).toEqual({ expression, seconds });
  });
});

describe('a schedule that EventBridge refuses', () => {
  it.each([
    ['one in the plural', 'rate(1 minutes)'],
    ['several in the singular', 'rate(5 minute)'],
    ['nought', 'rate(0 minutes)'],
    ['seconds', 'rate(30 seconds)'],
    ['a week', 'rate(1 week)'],
    ['days of the month and of the week together', 'cron(* * * * * *)'],
    ['neither', 'cron(0 8 ? * ? *)'],
    ['five fields, as crontab has', 'cron(0 8 * * ?)'],
    ['a minute that there is not', 'cron(60 * * * ? *)'],
    ['an hour that there is not', 'cron(0 24 * * ? *)'],
    ['a month that there is not', 'cron(0 8 1 13 ? *)'],
    ['a day of the week that there is not', 'cron(0 8 ? * 0 *)'],
    ['a working day beside a day that there is not', 'cron(0 8 32W * ? *)'],
    ['a range turned round', 'cron(0 18-8 * * ? *)'],
    ['a step of nought', 'cron(*/0 * * * ? *)'],
    ['a year of the past', 'cron(0 8 * * ? 1969)'],
    ['two blanks', 'cron(0  8 * * ? *)'],
  ])('%s: %s', (_rule, expression) => {
    expect(readSchedule(expression)).toBeUndefined();
  });
});
