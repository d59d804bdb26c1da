import { type Finding, type RecordChange, type RunResult, resourceOf } from '../model/index.ts';
import { summarize } from '../reconcile/index.ts';

/**
 * What two plans differ in: changes and findings of the second that the first has not, so that what is due anyway is not
 * taken for the manifests' doing.
 *
 * @param placeholder stands for load balancers that are not there yet: a name that would lead there waits
 */
export function effectOf(before: RunResult, after: RunResult, placeholder: string): RunResult {
  const known = new Set(before.zones.flatMap(({ id, changes }) => changes.map(change => changeKey(id, change))));
  const told = new Set(before.findings.map(findingKey));
  const waiting = new Map<string, Finding>();
  const zones = after.zones.map(zone => {
    const changes = zone.changes.filter(change => {
      if (known.has(changeKey(zone.id, change))) return false;
      if (!leadsTo(placeholder, change)) return true;
      for (const finding of waits(change, zone.id)) waiting.set(findingKey(finding), finding);
      return false;
    });
    return { ...zone, changes };
  });
  const findings = after.findings
    .filter(finding => !told.has(findingKey(finding)))
    .map(finding => ({ ...finding, message: finding.message.replaceAll(placeholder, 'its load balancer') }));
  const all = [...findings, ...waiting.values()];
  return { ...after, zones, ...summarize('plan', zones, all) };
}

const changeKey = (zone: string, change: RecordChange) => JSON.stringify([zone, change]);

const findingKey = ({ reason, message, object, name, zone }: Finding) =>
  JSON.stringify([reason, message, object, name, zone]);

const leadsTo = (placeholder: string, { after }: RecordChange) => JSON.stringify(after ?? '').includes(placeholder);

/** One finding for the types of a name. */
function waits({ name, objects, moreObjects = 0, action, allowedBy }: RecordChange, zone: string): Finding[] {
  const then = action === 'create' ? 'nothing stands in its way' : 'until then what stands there stays';
  const rules = allowedBy === undefined ? '' : ` (allowed by ${allowedBy.join(', ')})`;
  const about = (what: string) => ({
    reason: 'no-target' as const,
    message: `${name}: ${what} no load balancer yet: the name would wait for it; ${then}${rules}`,
    name,
    zone,
  });
  return [
    ...objects.map(object => ({ ...about(`${resourceOf(object)} has`), object })),
    ...(moreObjects > 0 ? [{ ...about(`${moreObjects} more objects have`), count: moreObjects }] : []),
  ];
}
