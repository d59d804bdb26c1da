/** A CloudFormation resource. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** EventBridge allows no more: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const TARGETS_OF_A_RULE = 5;

const arnOf = (resource: string) => ({ 'Fn::GetAtt': [resource, 'Arn'] });

/**
 * The schedule: rules that send an event to the queue for each shard, in the shard's message group. Through the queue like
 * everything else, so that it waits for a run that is going on. Resources of their own, because the framework's `schedule`
 * event knows only functions, no retry policy and no dead-letter queue.
 */
export function scheduleRules(expression: string, shards: readonly string[]): Readonly<Record<string, Resource>> {
  const rules: Record<string, Resource> = {};
  for (let first = 0; first < shards.length; first += TARGETS_OF_A_RULE) {
    const some = shards.slice(first, first + TARGETS_OF_A_RULE);
    rules[first === 0 ? 'Schedule' : `Schedule${first / TARGETS_OF_A_RULE + 1}`] = rule(expression, some);
  }
  return rules;
}

function rule(expression: string, shards: readonly string[]): Resource {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: `Asks for a run over every cluster of ${shards.join(', ')}`.slice(0, 512),
      ScheduleExpression: expression,
      State: 'ENABLED',
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
