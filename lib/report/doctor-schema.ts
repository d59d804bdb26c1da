import * as z from 'zod/mini';
import { about, maybe, text } from './result-schema.ts';

/** What `fairlead doctor --json` prints. Areas and keys are added with new versions, as to a result. */
export const doctorSchema = z.looseObject({
  checks: about(
    'Everything that was looked at, also what is well.',
    z.array(
      z.looseObject({
        area: text('program, aws, zones, clusters, state, records, queue, webhook or stream.'),
        subject: text('The zone, the cluster, the queue, …; empty where all of the area is meant.'),
        status: about(
          'ok: as it must be; doubt: works, but not as one would want it; bad: does not work, and the exit code is 2; unknown: could not be looked at.',
          z.enum(['ok', 'doubt', 'bad', 'unknown']),
        ),
        found: text('What was found, in a sentence.'),
        remedy: maybe(text('What mends it, often a command.')),
      }),
    ),
  ),
});
