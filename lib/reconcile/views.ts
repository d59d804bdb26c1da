import { zoneOfSeveral } from '../config/index.ts';
import type { Finding, HostedZone, ZoneId } from '../model/index.ts';
import type { CountedRoute53 } from '../route53/index.ts';
import type { OpenRun } from './ports.ts';
import { keptSelection, type SelectedZones, selectedZones, withoutZones, type ZoneLists } from './zone-list.ts';

// A view is a set of hosted zones with settings of its own: what a run does, it does for each view. Nearly all of it knows of
// one only. What lies between them stands here, in offered.ts and in lib/plan/told-by-views.ts.

/** A run's part for one view. */
export interface View {
  readonly run: OpenRun;
  readonly route53: CountedRoute53;
}

export interface ListedView extends View {
  readonly listing: ListedZones;
}

/** The zones of a view. What it selects and another does, too, is changed by neither. */
export interface ListedZones extends SelectedZones {
  readonly contested: ReadonlySet<ZoneId>;
  /** What the other views select. */
  readonly others: readonly HostedZone[];
  readonly findings: readonly Finding[];
}

/** Views whose hosted zones were listed, and why others' were not. */
export interface ListedViews {
  readonly listed: readonly ListedView[];
  readonly failures: readonly { readonly view: View; readonly error: Error }[];
}

/** Lists the hosted zones, once a role. */
export async function listViews(
  views: readonly View[],
  options: { readonly fresh: boolean; readonly keep: boolean },
): Promise<ListedViews> {
  const lists: ZoneLists = new Map();
  const settled = await Promise.allSettled(
    views.map(({ run, route53 }) => selectedZones(run, route53, options, lists)),
  );
  const of = (i: number) => views[i] as View;
  const found = settled.flatMap((one, i) => (one.status === 'fulfilled' ? [{ view: of(i), zones: one.value }] : []));
  const failures = settled.flatMap((one, i) =>
    one.status === 'rejected' ? [{ view: of(i), error: one.reason as Error }] : [],
  );
  // What could not be listed now was perhaps before: no other view is to take it for its own meanwhile.
  const former = await Promise.all(failures.map(async ({ view }) => ({ view, zones: await keptSelection(view.run) })));
  const listed = found.map(({ view, zones }) => ({ ...view, listing: listingOf(view, zones, [...found, ...former]) }));
  return { listed, failures };
}

/** @throws what kept the zones of a view from being listed */
export async function listAllViews(
  views: readonly View[],
  options: { readonly fresh: boolean; readonly keep: boolean },
): Promise<readonly ListedView[]> {
  const { listed, failures } = await listViews(views, options);
  if (failures[0]) throw failures[0].error;
  return listed;
}

function listingOf(
  { run }: View,
  zones: SelectedZones,
  found: readonly { readonly view: View; readonly zones: Pick<SelectedZones, 'selected'> }[],
): ListedZones {
  const selections = found.map(one => one.zones.selected);
  const findings = withoutZones(zones, run.config.zones, selections).map(finding => inView(finding, run));
  const contested = zones.selected.flatMap(zone => {
    const others = found.filter(({ zones: { selected } }) => selected.some(({ id }) => id === zone.id));
    return others.length < 2
      ? []
      : [
          {
            zone,
            finding: contestedFinding(
              zone,
              others.map(({ view }) => view),
            ),
          },
        ];
  });
  return {
    ...zones,
    others: found.flatMap(other => (other.zones === zones ? [] : other.zones.selected)),
    contested: new Set(contested.map(({ zone }) => zone.id)),
    findings: [...findings, ...contested.map(({ finding }) => finding)],
  };
}

/** What is said of a view as a whole names it. */
export function inView(finding: Finding, { view }: Pick<OpenRun, 'view'>): Finding {
  return view === undefined ? finding : { ...finding, message: `view "${view}": ${finding.message}` };
}

function contestedFinding({ id, name }: HostedZone, views: readonly View[]): Finding {
  const { why, advice } = zoneOfSeveral(views.map(({ run }) => run.view));
  return { reason: 'conflict', message: `the hosted zone ${name} (${id}) is ${why}: ${advice}`, zone: id };
}

/** Of a zone that two views select, the plan knows only that it was not read. */
export function withContested(findings: readonly Finding[], contested: ReadonlySet<ZoneId>): readonly Finding[] {
  if (contested.size === 0) return findings;
  return findings.map(finding => {
    const { reason, zone, name } = finding;
    if (reason !== 'unreadable' || zone === undefined || name === undefined || !contested.has(zone)) return finding;
    return {
      ...finding,
      reason: 'conflict',
      message: `${name} is left as it is: several views select the hosted zone ${zone}`,
    };
  });
}
