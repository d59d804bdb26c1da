import { groupBy } from '../group.ts';
import {
  type Check,
  countOf,
  describeObject,
  type Finding,
  isUnpublished,
  type Reason,
  resourceOf,
} from '../model/index.ts';
import { clipped, firstAndCount } from '../shown.ts';
import { checksOf } from './check.ts';
import type { DoctorPorts } from './ports.ts';

/** Told elsewhere: what Route 53 refused with its zone, what cannot be read with its cluster or zone. */
const ELSEWHERE: ReadonlySet<Reason> = new Set<Reason>(['refused', 'unreadable', 'deferred']);

/** Names that a check shows. */
const SHOWN = 3;

/**
 * What is asked for and not published, or kept against the wish of the clusters, by its reason: from what runs have kept, so no
 * cluster is listed and no zone is read. It is a fault of objects, not of what a run needs: in doubt, and never bad.
 */
export async function recordChecks({ findings }: DoctorPorts): Promise<Check[]> {
  // That the state cannot be read, its own checks tell.
  const all = await findings().catch(() => undefined);
  if (all === undefined) return [];
  const told = all.filter(finding => isUnpublished(finding) && !ELSEWHERE.has(finding.reason));
  if (told.length === 0)
    return [
      checksOf('records', 'all').ok('nothing that is asked for is refused, held or frozen, as far as runs have kept'),
    ];
  const groups = [...groupBy(told, ({ reason }) => reason).values()];
  return groups.sort(byFirst).map(checkOf);
}

const byFirst = ([a]: readonly Finding[], [b]: readonly Finding[]) => ((a?.reason ?? '') < (b?.reason ?? '') ? -1 : 1);

function checkOf(some: readonly Finding[]): Check {
  const [first] = some as [Finding];
  const subjects = [...new Set(some.map(subjectOf))];
  const count = some.reduce((sum, one) => sum + countOf(one), 0);
  const which = `${firstAndCount(subjects, SHOWN)}: ${subjects.length > 1 ? 'the first: ' : ''}`;
  const more = count > 1 ? ` (${count} findings)` : '';
  return checksOf('records', first.reason).doubt(`${which}${clipped(messageOf(first))}${more}`, commandFor(first));
}

function subjectOf({ name, object, former, cluster, zone }: Finding): string {
  const one = object ?? former;
  if (name !== undefined) return object ? `${name} of ${describeObject(object)}` : name;
  return one ? describeObject(one) : (cluster ?? zone ?? 'the config');
}

/** The object is named already where there is no name. */
function messageOf({ name, object, message }: Finding): string {
  const said = object && name === undefined ? `${resourceOf(object)}: ` : '';
  return message.startsWith(said) ? message.slice(said.length) : message;
}

/** A record set's name may be anybody's text: what a shell could take for more stands in no command. */
function commandFor({ name, object }: Finding): string {
  if (name !== undefined && /^[\w.*-]+$/.test(name)) return `fairlead explain "${name}"`;
  if (object) return `fairlead why-not ${resourceOf(object)} --cluster ${object.cluster}`;
  return 'fairlead plan';
}
