import { groupBy } from '../group.ts';
import {
  countOf,
  describeObject,
  type Finding,
  type FindingGroup,
  isUnpublished,
  type RunResult,
} from '../model/index.ts';
import { firstOf } from '../shown.ts';

/** One object and reason have as many findings as this, each by itself; more become one. */
const EACH = 20;

/** Findings that a result keeps at most. */
const MOST = 2_000;

/** Names that a finding for many shows. */
const SHOWN = 3;

const sum = (findings: readonly Finding[]) => findings.reduce((total, finding) => total + countOf(finding), 0);

/** The result with its findings bounded: one for many of one object and reason, and a cap. What was counted stays as it is. */
export function withBoundedFindings(result: RunResult, most = MOST): RunResult {
  const all = grouped(result.findings);
  const findings = capped(all, most);
  if (findings === result.findings) return result;
  return { ...result, findings, ...(findings !== all && { groups: groupsOf(result.findings) }) };
}

/** Groups that a result has at most, but for one more of each reason, and names that each shows. */
const MOST_GROUPS = 500;
const NAMES = 10;

/** Every finding, also those that a cap leaves out, by what it is about: the largest groups first; the rest by reason alone. */
function groupsOf(findings: readonly Finding[]): FindingGroup[] {
  const about = ({ reason, object, former, cluster, zone }: Finding) => {
    const { cluster: of = cluster, namespace } = object ?? former ?? {};
    return {
      reason,
      ...(of !== undefined && { cluster: of }),
      ...(namespace !== undefined && { namespace }),
      ...(zone !== undefined && { zone }),
    };
  };
  const groups = [...groupBy(findings, finding => JSON.stringify(about(finding))).values()];
  groups.sort((a, b) => sum(b) - sum(a));
  const rest = groupBy(groups.slice(MOST_GROUPS).flat(), ({ reason }) => reason);
  return [
    ...groups.slice(0, MOST_GROUPS).map(group => ({ ...about(group[0] as Finding), ...countAndNames(group) })),
    ...[...rest.values()].map(group => ({ reason: (group[0] as Finding).reason, ...countAndNames(group) })),
  ];
}

const countAndNames = (group: readonly Finding[]) => ({
  count: sum(group),
  names: [...new Set(group.flatMap(({ name = [] }) => name))].sort().slice(0, NAMES),
});

/** Where an object has very many findings of one reason, one stands for them, in the place of the first. */
function grouped(findings: readonly Finding[]): readonly Finding[] {
  const ofObjects = findings.filter(({ object }) => object !== undefined);
  const groups = groupBy(
    ofObjects,
    ({ object, reason, cluster }) => `${reason} ${object ? describeObject(object) : cluster}`,
  );
  const large = new Map<Finding, readonly Finding[]>();
  for (const group of groups.values()) {
    if (sum(group) <= EACH) continue;
    for (const finding of group) large.set(finding, group);
  }
  if (large.size === 0) return findings;
  return findings.flatMap(finding => {
    const group = large.get(finding);
    if (group === undefined) return [finding];
    return group[0] === finding ? [together(group)] : [];
  });
}

function together(group: readonly Finding[]): Finding {
  const [first] = group as [Finding];
  const count = sum(group);
  const names = [...new Set(group.flatMap(({ name = [] }) => name))];
  const which = names.length === 0 ? '' : ` (${firstOf(names, SHOWN)})`;
  const { name: _, ...rest } = first;
  return { ...rest, message: `${first.message}; the object has ${count} findings of this reason${which}`, count };
}

/** What is not published goes before what is mild; for each reason that loses some one finding says how many. */
function capped(findings: readonly Finding[], most: number): readonly Finding[] {
  const kept = inTurns(findings, most);
  if (kept.length === findings.length) return findings;
  const some = new Set(kept);
  const left = groupBy(
    findings.filter(finding => !some.has(finding)),
    ({ reason }) => reason,
  );
  return [...kept, ...[...left.values()].map(group => leftOut(group))];
}

/** So many findings at most: each namespace has its turn, so that none hides what is told of another. */
export function inTurns(findings: readonly Finding[], most: number): readonly Finding[] {
  if (findings.length <= most) return findings;
  const seen = new Map<string, number>();
  const turns = findings.map((finding, at) => {
    const { object, name, cluster } = finding;
    // A doubt about the run as a whole, such as a store that cannot be written, is one of few.
    const mild = !isUnpublished(finding) && (object !== undefined || name !== undefined);
    const group = `${mild} ${object ? `${object.cluster} ${object.namespace}` : (cluster ?? '')}`;
    const turn = seen.get(group) ?? 0;
    seen.set(group, turn + 1);
    return { at, turn, mild };
  });
  turns.sort((a, b) => Number(a.mild) - Number(b.mild) || a.turn - b.turn || a.at - b.at);
  const kept = new Set(turns.slice(0, most).map(({ at }) => at));
  return findings.filter((_, at) => kept.has(at));
}

function leftOut(group: readonly Finding[]): Finding {
  const [{ reason }] = group as [Finding];
  const count = sum(group);
  const message = `${count} more findings of this reason are left out: mend those that are told, and the next run tells of others`;
  return { reason, message, count };
}
