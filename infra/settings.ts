import * as z from 'zod';
import { parseCallers } from '../functions/webhook/callers.ts';
import { nearestKey } from '../lib/nearest.ts';
import { ScheduleSetting } from './schedule.ts';

/** A setting of the deployment that cannot be; the message names the setting and what is allowed. */
export class InvalidSetting extends Error {
  override readonly name = 'InvalidSetting';
}

/** Days that CloudWatch Logs knows: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const RETENTION = `expected one of ${RETENTION_DAYS.join(', ')} days`;

/** @param or what may be written besides */
function whole(least: number, most: number, or = '') {
  const said = `expected a whole number from ${least} to ${most}${or}`;
  return z.coerce.number(said).int(said).min(least, said).max(most, said);
}
function oneOf<const W extends readonly [string, string, ...string[]]>(...words: W) {
  return z.enum(words, `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
}
const none = z.literal('none').transform(() => null);
const idList = (pattern: RegExp, example: string) =>
  z.coerce // YAML reads an account as a number
    .string()
    .transform(text => text.split(/[\s,]+/).filter(id => id !== ''))
    .pipe(z.array(z.string().regex(pattern, `expected ids like ${example}, separated by commas`)).min(1));

// The characters that Parameter Store and Secrets Manager allow in names.
const SECRET_PLACE = /^(ssm|secretsmanager):(arn:aws[\w-]*:\1:[\w/+=.@:-]+|[\w/+=.@-]+)$/;

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html; an ARN of a global endpoint is none.
const EVENT_BUS = /^(?:arn:aws[\w-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[\w.-]{1,256}$/;

/** All variables of a function may have 4 kB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_CALLERS = 3_000;

/** What `params` of serverless.yml and `--param` may hold: from the command line everything is text. */
const Settings = z.object({
  config: z.string().min(1),
  schedule: ScheduleSetting,
  timeout: whole(30, 900),
  memory: whole(256, 10_240),
  concurrency: z.union([none, z.literal('auto'), whole(1, 1_000, ', auto or none')]),
  logRetention: z.coerce.number(RETENTION).refine(days => RETENTION_DAYS.includes(days), RETENTION),
  logLevel: oneOf('DEBUG', 'INFO', 'WARN', 'ERROR'),
  tracing: oneOf('Active', 'PassThrough'),
  alarmTopic: z.union([none, z.string().regex(/^arn:aws[\w-]*:sns:/, 'expected the ARN of an SNS topic, or none')]),
  subnets: z.union([none, idList(/^subnet-[0-9a-f]+$/, 'subnet-0a1b')]),
  securityGroups: z.union([none, idList(/^sg-[0-9a-f]+$/, 'sg-0a1b')]),
  webhook: oneOf('iam', 'hmac', 'none'),
  webhookSecret: z.union([
    none,
    z.string().regex(SECRET_PLACE, 'expected ssm:NAME or secretsmanager:NAME (or the ARN for the name), or none'),
  ]),
  webhookAccounts: z.union([none, idList(/^\d{12}$/, '111122223333')]),
  webhookClusters: z.union([
    none,
    z
      .string()
      .max(MOST_CALLERS, 'is longer than a function’s environment takes; leave it out')
      .refine(text => parseCallers(text) !== undefined, 'expected ROLE=CLUSTER,… with ARNs of roles, or none'),
  ]),
  webhookConcurrency: z.union([none, z.literal('auto'), whole(1, 1_000, ', auto or none')]),
  auditClusters: z.union([none, idList(/^[0-9A-Za-z][A-Za-z0-9._-]{0,99}$/, 'prod-eu')]),
  drift: oneOf('none', 'cloudtrail'),
  eventBus: z.union([
    none,
    z.string().regex(EVENT_BUS, 'expected default, the name or the ARN of an event bus of EventBridge, or none'),
  ]),
  stateKey: z.union([
    none,
    z.string().regex(/^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'expected the ARN of a KMS key, or none'),
  ]),
});

export type Settings = z.infer<typeof Settings>;
export const SETTINGS = Object.keys(Settings.shape) as readonly (keyof Settings)[];

/**
 * Refuses parameters that there are not, which sls would take without a word. One of your own, which serverless.yml declares and
 * which is near none of these, is none of our business.
 *
 * @param given `--param` of the command line, `name=value` each
 * @param sections `params` of serverless.yml: parameters by stage, or `default`
 * @throws InvalidSetting
 */
export function checkNames(given: unknown, sections: unknown): void {
  const written = [given ?? []].flat().map(text => String(text).replace(/=.*/s, '').trim());
  const stages = typeof sections === 'object' && sections !== null ? Object.values(sections) : [];
  const declared = stages.flatMap(stage => Object.keys(stage ?? {}));
  const own = declared.filter(name => nearestKey(name, SETTINGS) === undefined);
  const unknown = [...written, ...declared].find(
    name => !SETTINGS.some(known => known === name) && !own.includes(name),
  );
  if (unknown === undefined) return;
  const nearest = nearestKey(unknown, SETTINGS);
  const advice = nearest === undefined ? `there are ${SETTINGS.join(', ')}` : `did you mean ${nearest}?`;
  throw new InvalidSetting(`params.${unknown}: there is no such parameter: ${advice}`);
}

/** IAM's roles and Lambda's functions: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME_LENGTH = 64;

/** Refuses a stage that makes names which AWS refuses in the middle of a deployment. @throws InvalidSetting */
export function checkStage(stage: string, region: string): void {
  const longest = [`fairlead--${region}`, 'fairlead--reconcile'].map(({ length }) => length);
  const most = NAME_LENGTH - Math.max(...longest);
  if (/^[A-Za-z0-9-]+$/.test(stage) && stage.length <= most) return;
  throw new InvalidSetting(
    `--stage ${stage}: it is part of the names of functions and roles: write at most ${most} letters, digits and hyphens`,
  );
}

/** Checks and converts the parameters. Throws InvalidSetting naming each that is wrong. */
export function readSettings(params: Readonly<Record<string, unknown>>): Settings {
  const parsed = Settings.safeParse(params);
  if (!parsed.success) throw new InvalidSetting(parsed.error.issues.map(explain).join('; '));
  const fault = contradictions(parsed.data).at(0);
  if (fault !== undefined) throw new InvalidSetting(fault);
  return parsed.data;
}

/** Settings that are well-formed each and do not go together. */
function contradictions(settings: Settings): readonly string[] {
  const { subnets, securityGroups, webhook, webhookSecret, webhookAccounts, webhookClusters } = settings;
  const faults: readonly [boolean, string][] = [
    [
      (subnets === null) !== (securityGroups === null),
      'params.subnets and params.securityGroups: give both for a VPC, or none of them',
    ],
    [
      webhook === 'hmac' && webhookSecret === null,
      'params.webhookSecret: with webhook hmac, give the place of the shared secret: ssm:NAME or secretsmanager:NAME',
    ],
    [
      webhook !== 'hmac' && webhookSecret !== null,
      `params.webhookSecret: with webhook ${webhook} nothing is signed with a secret; leave it out, or set webhook to hmac`,
    ],
    [
      webhook !== 'iam' && webhookClusters !== null,
      `params.webhookClusters: with webhook ${webhook} there are no roles; leave it out, or set webhook to iam`,
    ],
    [
      webhook !== 'iam' && webhookAccounts !== null,
      `params.webhookAccounts: with webhook ${webhook} IAM lets nobody in; leave it out, or set webhook to iam`,
    ],
  ];
  return faults.filter(([holds]) => holds).map(([, fault]) => fault);
}

/** Of a choice, what the text itself was measured by is told, not that it is not `none`. */
function explain({ path, ...issue }: z.core.$ZodIssue): string {
  const said =
    issue.code === 'invalid_union' ? (issue.errors.at(-1) ?? []).map(({ message }) => message) : [issue.message];
  return `params.${path.join('.')}: ${[...new Set(said)].join(', ')}`;
}
