import type { CloudFormationValue } from './iam.ts';
import type { Schedule } from './schedule.ts';

/** A CloudFormation resource. */
export interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

export type Resources = Readonly<Record<string, Resource>>;

/** EventBridge allows no more: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const TARGETS_OF_A_RULE = 5;

/** A rule must have an expression, also when it is off. */
const WHEN_PAUSED = 'rate(5 minutes)';

const arnOf = (resource: string) => ({ 'Fn::GetAtt': [resource, 'Arn'] });

/** What a rule waits for, and what it is called. */
interface Trigger {
  /** Logical id of the first rule. */
  readonly id: string;
  readonly description: string;
  readonly properties: { readonly State: 'ENABLED' | 'DISABLED' } & (
    | { readonly ScheduleExpression: string }
    | { readonly EventPattern: EventPattern }
  );
}

/**
 * The schedule: rules that send an event to the queue for each shard, in the shard's message group. Through the queue like
 * everything else, so that it waits for a run that is going on. Resources of their own, because the framework's `schedule`
 * event knows only functions, no retry policy and no dead-letter queue. Paused (null), the rules are there and off.
 */
export function scheduleRules(schedule: Schedule | null, shards: readonly string[]): Resources {
  const description = 'Asks for a run over every cluster of';
  const State = schedule === null ? 'DISABLED' : 'ENABLED';
  const properties = { ScheduleExpression: schedule?.expression ?? WHEN_PAUSED, State } as const;
  return queueRules({ id: 'Schedule', description, properties }, shards);
}

/**
 * Rules on what CloudTrail tells of Route 53: changes that others made, which a run then reads again. Every shard is told,
 * since a zone may hold records of several. `own`: the roles with which fairlead itself makes changes; `zones`: the hosted
 * zones that the config names, without which a change of any zone asks for a run.
 */
export function driftRules(
  own: readonly CloudFormationValue[],
  zones: readonly string[],
  shards: readonly string[],
): Resources {
  const description = 'Tells of record sets that others changed:';
  const properties = { State: 'ENABLED', EventPattern: changesByOthers(own, zones) } as const;
  return queueRules({ id: 'Drift', description, properties }, shards);
}

type EventPattern = ReturnType<typeof changesByOthers>;

/** A pattern may have 2,048 characters: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const ZONES_OF_A_PATTERN = 15;

/**
 * Fields as in https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/logging-using-cloudtrail.html. A user has no
 * session, so no role that issued it. What failed has an `errorCode` and changed nothing; of very large batches CloudTrail
 * leaves the parameters out, and nothing could be read again by name. Zone ids stand there as their sender wrote them.
 */
function changesByOthers(own: readonly CloudFormationValue[], zones: readonly string[]) {
  const named = zones.length > 0 && zones.length <= ZONES_OF_A_PATTERN;
  return {
    source: ['aws.route53'],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['route53.amazonaws.com'],
      eventName: ['ChangeResourceRecordSets'],
      errorCode: [{ exists: false }],
      requestParameters: {
        hostedZoneId: named ? zones.flatMap(id => [id, `/hostedzone/${id}`]) : [{ exists: true }],
      },
      userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': own }, { exists: false }] } } },
    },
  } as const;
}

/** Lets another account pass on what its CloudTrail tells of Route 53, and nothing else (infra/drift-us-east-1.yml). */
export function busPolicy(account: string, index = 0): Resource {
  const bus = `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/default`;
  return {
    Type: 'AWS::Events::EventBusPolicy',
    Properties: {
      StatementId: { 'Fn::Sub': `\${AWS::StackName}-drift${index === 0 ? '' : `-${index + 1}`}` },
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:root` } },
        Action: 'events:PutEvents',
        Resource: { 'Fn::Sub': bus },
        Condition: { StringEquals: { 'events:source': 'aws.route53' } },
      },
    },
  };
}

function queueRules(trigger: Trigger, shards: readonly string[]): Resources {
  const rules: Record<string, Resource> = {};
  for (let first = 0; first < shards.length; first += TARGETS_OF_A_RULE) {
    const some = shards.slice(first, first + TARGETS_OF_A_RULE);
    rules[first === 0 ? trigger.id : `${trigger.id}${first / TARGETS_OF_A_RULE + 1}`] = rule(trigger, some);
  }
  return rules;
}

function rule({ description, properties }: Trigger, shards: readonly string[]): Resource {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: `${description} ${shards.join(', ')}`.slice(0, 512),
      ...properties,
      Targets: shards.map((shard, index) => ({
        Id: `shard-${index}`,
        Arn: arnOf('Queue'),
        SqsParameters: { MessageGroupId: shard },
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 10 },
        DeadLetterConfig: { Arn: arnOf('Undelivered') },
      })),
    },
  };
}
