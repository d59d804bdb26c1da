import * as z from 'zod';

/** How often everything is compared. */
export interface Schedule {
  /** As EventBridge takes it. */
  readonly expression: string;
  /** Seconds between two runs at most, rounded up to an hour, a day or a week where a cron expression is not even. */
  readonly seconds: number;
}

const SECONDS = { minute: 60, hour: 3_600, day: 86_400 } as const;
const WEEK = 604_800;

/**
 * EventBridge: "a value of 1 takes the singular unit, more than 1 the plural".
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
const RATE = /^rate\((?:1 (minute|hour|day)|([2-9]|[1-9]\d+) (minute|hour|day)s)\)$/;

/** The schedule that an expression says; undefined for what EventBridge would refuse. */
export function readSchedule(expression: string): Schedule | undefined {
  const [, one, count, unit] = RATE.exec(expression) ?? [];
  const named = (one ?? unit) as keyof typeof SECONDS | undefined;
  if (named !== undefined) return { expression, seconds: Number(count ?? 1) * SECONDS[named] };
  const [, fields] = /^cron\((.*)\)$/.exec(expression) ?? [];
  const seconds = fields === undefined ? undefined : cronSeconds(fields.split(' '));
  return seconds === undefined ? undefined : { expression, seconds };
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** What this field takes besides numbers, ranges, lists and steps. */
  readonly also?: RegExp;
}

/** Minutes, hours, day of the month, month, day of the week, year. */
const FIELDS: readonly Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31, also: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/ },
  { least: 1, most: 12, names: MONTHS },
  { least: 1, most: 7, names: DAYS, also: /^(\?|L|[1-7]L|[1-7]#[1-5])$/ },
  { least: 1970, most: 2199 },
];

/** Undefined where a field is wrong, or where not exactly one of the two fields for days is `?`. */
function cronSeconds(fields: readonly string[]): number | undefined {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  const known = fields.length === FIELDS.length && FIELDS.every((field, index) => isField(fields[index] ?? '', field));
  if (!known || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const everyDay = [dayOfMonth, dayOfWeek].every(day => /^[?*]$/.test(day)) && month === '*' && year === '*';
  if (!everyDay) return WEEK;
  if (hours !== '*') return SECONDS.day;
  const step = minutes === '*' ? 1 : Number(/^(?:\*|0)\/(\d+)$/.exec(minutes)?.[1] ?? 60);
  return Math.min(step, 60) * SECONDS.minute;
}

function isField(text: string, { also, ...field }: Field): boolean {
  if (also?.test(text)) return true;
  return text.split(',').every(part => {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
    if (range === '*') return true;
    const [from, to, ...rest] = range.split('-').map(value => numberOf(value, field));
    return from !== undefined && rest.length === 0 && (range.includes('-') ? to !== undefined && from <= to : true);
  });
}

function numberOf(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? named + 1 : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

/** The parameter: `none` is a deployment that is paused, which runs only when it is asked to. */
export const ScheduleSetting = z.string().transform((text, context): Schedule | null => {
  if (text === 'none') return null;
  const schedule = readSchedule(text);
  if (schedule !== undefined) return schedule;
  const message =
    'expected rate(1 minute), rate(5 minutes), cron(0/5 * * * ? *) or the like as EventBridge takes it, or none: paused';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});
