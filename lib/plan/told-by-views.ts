import { groupBy } from '../group.ts';
import { describeObject, type Finding, type Snapshot } from '../model/index.ts';

/** What one view has to tell, and what is asked for of it. */
export interface ToldByView {
  readonly view?: string;
  readonly findings: readonly Finding[];
  readonly snapshots: readonly Pick<Snapshot, 'endpoints'>[];
}

/**
 * What is told of all views together: an object is offered to each, and it is enough that one has a zone for a name. What
 * several say in the same words is told once, by the first.
 *
 * @param whole every view was looked at; if not, one of the others may have the zone
 * @returns the findings of each view, in their order
 */
export function toldByViews(views: readonly ToldByView[], whole: boolean): readonly (readonly Finding[])[] {
  if (views.length === 1 && whole) return views.map(({ findings }) => findings);
  const isTold = whole ? tellers(views) : (finding: Finding) => homeless(finding) === undefined;
  const said = new Set<string>();
  return views.map(view =>
    view.findings.flatMap(finding => {
      const text = JSON.stringify(finding);
      if (said.has(text) || !isTold(finding, view)) return [];
      said.add(text);
      return [homeless(finding) === undefined ? finding : noneHasIt(finding, view)];
    }),
  );
}

/** Whether a view tells a finding: that it has no zone for a name only one does, and only where no other view has one. */
export function tellers<V extends ToldByView>(views: readonly V[]): (finding: Finding, view: V) => boolean {
  const speaking = speakers(views);
  return (finding, view) => {
    const key = homeless(finding);
    return key === undefined || speaking.get(key) === view;
  };
}

/** The object and name that a view has no zone for, or leaves out. */
function homeless({ reason, object, name }: Finding): string | undefined {
  if ((reason !== 'no-zone' && reason !== 'filtered') || !object || name === undefined) return undefined;
  return `${describeObject(object)} ${name}`;
}

/** Of what no view has a zone for, the view that tells it: rather one that would take the name than one that leaves it out. */
function speakers(views: readonly ToldByView[]): Map<string, ToldByView> {
  const told = views.flatMap(view =>
    view.findings.flatMap(({ reason, ...rest }) => {
      const key = homeless({ reason, ...rest });
      return key === undefined ? [] : [{ key, view, reason }];
    }),
  );
  const placed = placedIn(views);
  const speaking = new Map<string, ToldByView>();
  for (const [key, some] of groupBy(told, one => one.key)) {
    const best = some.find(({ reason }) => reason === 'no-zone') ?? some[0];
    if (best && !placed.has(key)) speaking.set(key, best.view);
  }
  return speaking;
}

function placedIn(views: readonly ToldByView[]): ReadonlySet<string> {
  const placed = new Set<string>();
  for (const { findings, snapshots } of views) {
    const none = new Set(findings.map(homeless));
    for (const { endpoints } of snapshots)
      for (const { object, name } of endpoints) {
        const key = `${describeObject(object)} ${name}`;
        if (!none.has(key)) placed.add(key);
      }
  }
  return placed;
}

function noneHasIt(finding: Finding, { view }: ToldByView): Finding {
  if (view === undefined) return finding;
  return { ...finding, message: `${finding.message} (in the view "${view}"; no other has a zone for it either)` };
}
