import * as z from 'zod';

/** A setting of the deployment that cannot be; the message names the setting and what is allowed. */
export class InvalidSetting extends Error {
  override readonly name = 'InvalidSetting';
}

/** Days that CloudWatch Logs knows: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const none = z.literal('none').transform(() => null);
const idList = (pattern: RegExp, example: string) =>
  z
    .string()
    .transform(text => text.split(/[\s,]+/).filter(id => id !== ''))
    .pipe(z.array(z.string().regex(pattern, `expected ids like ${example}, separated by commas`)).min(1));

/** What `params` of serverless.yml and `--param` may hold: from the command line everything is text. */
const Settings = z.object({
  config: z.string().min(1),
  schedule: z
    .string()
    .regex(/^(rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$/, 'expected rate(5 minutes) or cron(…)'),
  timeout: whole(30, 900),
  memory: whole(256, 10_240),
  concurrency: z.union([none, z.literal('auto'), whole(1, 1_000)]),
  logRetention: z.coerce
    .number()
    .refine(days => RETENTION_DAYS.includes(days), `expected one of ${RETENTION_DAYS.join(', ')} days`),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
  tracing: z.enum(['Active', 'PassThrough']),
  alarmTopic: z.union([none, z.string().regex(/^arn:aws[\w-]*:sns:/, 'expected the ARN of an SNS topic, or none')]),
  subnets: z.union([none, idList(/^subnet-[0-9a-f]+$/, 'subnet-0a1b')]),
  securityGroups: z.union([none, idList(/^sg-[0-9a-f]+$/, 'sg-0a1b')]),
});

export type Settings = z.infer<typeof Settings>;
export const SETTINGS = Object.keys(Settings.shape) as readonly (keyof Settings)[];

/** Checks and converts the parameters. Throws InvalidSetting naming each that is wrong. */
export function readSettings(params: Readonly<Record<string, unknown>>): Settings {
  const parsed = Settings.safeParse(params);
  if (!parsed.success) throw new InvalidSetting(parsed.error.issues.map(explain).join('; '));
  const { subnets, securityGroups } = parsed.data;
  if ((subnets === null) !== (securityGroups === null))
    throw new InvalidSetting('params.subnets and params.securityGroups: give both for a VPC, or none of them');
  return parsed.data;
}

/** Of a choice, what the text itself was measured by is told, not that it is not `none`. */
function explain({ path, ...issue }: z.core.$ZodIssue): string {
  const said =
    issue.code === 'invalid_union' ? (issue.errors.at(-1) ?? []).map(({ message }) => message) : [issue.message];
  return `params.${path.join('.')}: ${said.join(', ')}`;
}
