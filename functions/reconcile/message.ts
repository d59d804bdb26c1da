import * as z from 'zod';
import type { DnsName, ZoneId } from '../../lib/model/index.ts';
import { NOTICE_FIELDS } from '../../lib/notice/index.ts';
import { fromWire, zoneIdFromWire } from '../../lib/route53/names.ts';

/** What one message of the queue asks for. */
export type Message =
  /** A run over the message's whole shard. */
  | { readonly kind: 'shard' }
  /** A run that reads these clusters. */
  | { readonly kind: 'clusters'; readonly clusters: readonly string[]; readonly since?: number }
  /** A run that reads these names of a hosted zone again, and no cluster. */
  | { readonly kind: 'names'; readonly zone: ZoneId; readonly names: readonly DnsName[] };

/** A message that is none of the shapes; the message names the field and what is allowed. */
export class InvalidEvent extends Error {
  // Lambda answers this as `errorType`; the class's own name does not survive minification.
  override readonly name = 'InvalidEvent';
}

export const Clusters = z.array(z.string().min(1)).min(1);
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
export const Schedule = z.object({ source: z.literal('aws.events'), 'detail-type': z.literal('Scheduled Event') });
const ByHand = z.strictObject({ clusters: Clusters.optional() });
const NoticeMessage = z.strictObject(NOTICE_FIELDS);
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/logging-using-cloudtrail.html, as EventBridge passes it on.
const ZoneChange = z.object({
  source: z.literal('aws.route53'),
  detail: z.object({
    eventName: z.literal('ChangeResourceRecordSets'),
    requestParameters: z.object({
      hostedZoneId: z.string(),
      changeBatch: z.object({
        changes: z.array(z.object({ resourceRecordSet: z.object({ name: z.string().min(1) }) })),
      }),
    }),
  }),
});

const ALLOWED = 'a message is a notice, an event of the schedule or of CloudTrail, {"clusters": ["name", …]} or {}';

/** Reads the body of one message. @throws InvalidEvent */
export function readMessage(body: string): Message {
  const value = parseJson(body);
  if (Schedule.safeParse(value).success) return { kind: 'shard' };
  const change = ZoneChange.safeParse(value);
  if (change.success) return changedNames(change.data.detail.requestParameters);
  const notice = NoticeMessage.safeParse(value);
  if (notice.success) return { kind: 'clusters', clusters: [notice.data.cluster], since: notice.data.since };
  const byHand = ByHand.safeParse(value);
  if (!byHand.success) throw refusal(byHand.error, ALLOWED);
  const { clusters } = byHand.data;
  return clusters === undefined ? { kind: 'shard' } : { kind: 'clusters', clusters };
}

type Parameters = z.infer<typeof ZoneChange>['detail']['requestParameters'];

/** Names stand in the event as their sender wrote them: with a final dot or without, `*` or `\052`, in any case. */
function changedNames({ hostedZoneId, changeBatch: { changes } }: Parameters): Message {
  const names = new Set(changes.map(({ resourceRecordSet: { name } }) => fromWire(name)));
  return { kind: 'names', zone: zoneIdFromWire(hostedZoneId), names: [...names].sort() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEvent(`not JSON; ${ALLOWED}`, { cause });
  }
}

export function refusal(error: z.ZodError, allowed: string): InvalidEvent {
  const faults = error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  return new InvalidEvent(`${faults.join('; ')}; ${allowed}`);
}
