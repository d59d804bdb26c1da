import * as z from 'zod/mini';

export const about = <T extends z.ZodMiniType>(text: string, schema: T): T => schema.check(z.describe(text)) as T;
export const text = (description: string) => about(description, z.string());
export const count = (description: string) => about(description, z.number());
export const flag = (description: string) => about(description, z.boolean());
export const maybe = z.optional;

const object = z.object({
  cluster: text('The cluster, as the config names it.'),
  kind: text('As ownership records name it: service, ingress, httproute, …'),
  namespace: text('Its namespace.'),
  name: text('Its name.'),
});

export const recordSet = z.looseObject({
  name: text('DNS name: lower case, no final dot.'),
  type: text('A, AAAA, CNAME, …'),
  setIdentifier: maybe(text('Of a record set with a routing policy.')),
  ttl: maybe(count('Seconds; an alias has none.')),
  values: maybe(about('The values; an alias has none.', z.array(z.string()))),
  alias: maybe(
    about(
      'Where an alias points to.',
      z.object({
        zoneId: text('Hosted zone of the target.'),
        dnsName: text('Its name.'),
        evaluateTargetHealth: flag('Whether its health counts.'),
      }),
    ),
  ),
  healthCheckId: maybe(text('Its health check.')),
});

const change = z.looseObject({
  action: about('What is, or would be, done.', z.enum(['create', 'update', 'delete'])),
  name: text('DNS name.'),
  type: text('Record type.'),
  before: maybe(about('As it was; absent where it is created.', recordSet)),
  after: maybe(about('As it is then; absent where it is removed.', recordSet)),
  owner: text('The owner id.'),
  objects: about('The objects that ask for it, the first twenty of them; of a removal none.', z.array(object)),
  moreObjects: maybe(count('How many objects ask for it besides.')),
  formerly: maybe(text('Whose it was, where that is another object.')),
  drift: maybe(flag('Somebody else had edited the record.')),
  allowedBy: maybe(about('The rules of claims that let its objects have it.', z.array(z.string()))),
});

export const finding = z.looseObject({
  reason: text('One of the reasons in docs/troubleshooting.md.'),
  message: text('What, why, and what to do.'),
  object: maybe(object),
  former: maybe(about('The object that is concerned where none asks: that has what is held.', object)),
  cluster: maybe(text('The cluster that it is about.')),
  field: maybe(text('The annotation, field or key of the config that is at fault.')),
  name: maybe(text('DNS name.')),
  type: maybe(text('Record type.')),
  setIdentifier: maybe(text('Of the record set that it is about, where the name has several.')),
  zone: maybe(text('Hosted zone id.')),
  owner: maybe(text('Whose the name is, where another owner is in the way.')),
  release: maybe(
    text(
      'The command that ends it, where it takes a person: an undoing that holds, or a cluster that left the config.',
    ),
  ),
  count: maybe(count('How many findings it stands for; absent: one.')),
});

const kindRead = z.union([
  z.object({ complete: z.literal(true), objects: count('How many there are.') }),
  z.object({ complete: z.literal(false), error: text('Why it could not be read.') }),
]);

/**
 * The answer of every entry point, for those who read it with a program. Readers let what they do not know pass: keys are added
 * with new versions, none is taken away or given another meaning within a major version.
 */
export const resultSchema = z.looseObject({
  mode: about('Whether it was to be done.', z.enum(['sync', 'plan'])),
  force: flag('Whether held removals were let through.'),
  startedAt: text('ISO 8601.'),
  durationMs: count('Milliseconds.'),
  inStep: flag('Everything that is wanted is published, and nothing is left to do.'),
  counts: about(
    'Record sets.',
    z.object({
      created: count('Made.'),
      updated: count('Changed.'),
      deleted: count('Removed.'),
      unpublished: count('Things that are asked for and not so.'),
    }),
  ),
  calls: about('Route 53 requests by operation.', z.record(z.string(), z.number())),
  clusters: about(
    'As each was read.',
    z.array(
      z.looseObject({
        name: text('As the config names it.'),
        owner: text('Its owner id.'),
        state: about('kept: this run did not read it.', z.enum(['read', 'kept', 'incomplete', 'unreachable'])),
        kinds: about('By source, how its reading ended.', z.record(z.string(), kindRead)),
        endpoints: count('Record sets that its objects ask for.'),
      }),
    ),
  ),
  zones: about(
    'The hosted zones.',
    z.array(
      z.looseObject({
        id: text('Hosted zone id.'),
        name: text('Its name.'),
        private: flag('Whether it is a private one.'),
        view: z.optional(
          text('The view of the config that it is in; absent: the config has none, or several select it.'),
        ),
        owned: count('Record sets of ours afterwards, ownership records not counted.'),
        changes: about('What was done, or would be.', z.array(change)),
        batches: count('Change batches that were accepted.'),
        source: about('Where its records came from.', z.enum(['kept', 'read', 'unreadable'])),
        readAt: maybe(text('ISO 8601: when it was last read in full.')),
      }),
    ),
  ),
  findings: about('What was not done, and doubts worth telling.', z.array(finding)),
  groups: maybe(
    about(
      'All findings in groups, those that were left out too; absent: none was left out for their number.',
      z.array(
        z.looseObject({
          reason: text('As in findings.'),
          cluster: maybe(text('Of their objects.')),
          namespace: maybe(text('Of their objects.')),
          zone: maybe(text('Hosted zone id.')),
          count: count('How many there are.'),
          names: about('The first of their names.', z.array(z.string())),
        }),
      ),
    ),
  ),
  reasons: about('Findings by reason, all of them.', z.record(z.string(), z.number())),
  truncated: maybe(
    about(
      'How much was left out, to stay within what a function may answer.',
      z.object({ changes: z.number(), findings: z.number() }),
    ),
  ),
});
