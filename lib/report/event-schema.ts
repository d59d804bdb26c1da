import * as z from 'zod/mini';
import { about, count, finding, flag, maybe, recordSet, text } from './result-schema.ts';

const told = {
  service: text('The deployment: fairlead-prod.'),
  text: text('One line for people; no chat finds a command in it.'),
  at: text('ISO 8601: when the run had Route 53’s answers, or of a finding when it had ended.'),
  run: text('The run, as leases, logs and `fairlead history` name it.'),
  by: about('Who asked for the run.', z.enum(['schedule', 'notice', 'drift', 'manual'])),
  shard: text('The shard whose run it was.'),
};

const recordChanged = z.looseObject({
  ...told,
  zone: text('Hosted zone id.'),
  zoneName: text('Its name.'),
  name: text('DNS name.'),
  action: about('What was done.', z.enum(['create', 'update', 'delete'])),
  why: text('Why, in words for a person.'),
  owner: text('The owner id.'),
  cluster: maybe(text('The cluster that has it.')),
  objects: about('The objects that asked for it: `prod-eu: service/shop/web`.', z.array(z.string())),
  moreObjects: maybe(count('How many objects asked for it beyond the first twenty.')),
  formerly: maybe(text('Whose it was, where that is another object.')),
  began: maybe(text('ISO 8601: when the run began.')),
  noticed: maybe(text('ISO 8601: when the change was seen that a notice told of.')),
  calls: maybe(count('Requests of the run to Route 53 until then.')),
  undoes: maybe(text('The run that this undoes.')),
  before: about('Each record set as it was, ownership records included.', z.array(recordSet)),
  after: about('Each as it is now.', z.array(recordSet)),
  cut: maybe(flag('`before` and `after` were left out.')),
});

const findingAppeared = z.looseObject({
  ...told,
  ...finding.shape,
  since: text('ISO 8601: when it was told first.'),
  again: flag('It was told before, and still stands a day later.'),
});

/** What stands around a detail: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
const envelope = {
  source: about('Always `fairlead`.', z.literal('fairlead')),
  time: maybe(text('ISO 8601, to the second: `at` of the detail.')),
  resources: maybe(about('ARN of the hosted zone, where it is about one.', z.array(z.string()))),
};

/** The events of the change stream, as EventBridge gives them to a rule's target. Keys are added with new versions, as to a result. */
export const eventSchema = z.union([
  z.looseObject({
    ...envelope,
    'detail-type': about('Route 53 accepted a change of a name.', z.literal('Record changed')),
    detail: about('Its line of the history.', recordChanged),
  }),
  z.looseObject({
    ...envelope,
    'detail-type': about('Something is not published, or held.', z.literal('Finding')),
    detail: about('What a result has of it.', findingAppeared),
  }),
]);
