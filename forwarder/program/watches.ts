import {
  isNeededResource,
  NeededStore,
  namespacesRead,
  type ResourceKind,
  type SourceContext,
  type SourceKind,
  sourceOf,
  sourceSettings,
} from '../../lib/sources/index.ts';
import type { Gates } from './gates.ts';
import { NeedTracker } from './need-tracker.ts';
import type { Sender } from './sender.ts';
import type { Settings } from './settings.ts';
import { Tracker } from './tracker.ts';

/** Who takes what a watch tells. */
export type Part = Pick<Tracker, 'begin' | 'page' | 'complete' | 'changed' | 'listed' | 'size'>;

/** What one watch is about. Its parts know of nothing else: a new listing of one namespace says nothing of another. */
export interface Watched {
  readonly resource: ResourceKind;
  /** Whose objects; undefined: those of all namespaces, or of none. */
  readonly namespace: string | undefined;
  readonly parts: readonly Part[];
}

/** Any will do to recognise a change: a name that is made of a domain changes when the Service's own name does. */
const SOME_DOMAIN = 'cluster.example';

/**
 * What is watched: all that the sources read, in each namespace that a view names, or in all at once where one names none.
 * Each view has parts of its own, which know what it asks for; any of them may tell of a change.
 */
export function watchesOf(
  settings: Settings,
  sender: Pick<Sender, 'change'>,
  gates: Pick<Gates, 'open'>,
): readonly Watched[] {
  const { cluster, limits, sources } = settings;
  const contexts = (settings.views.length === 0 ? [settings] : settings.views).map(view => ({
    cluster,
    settings: sourceSettings({ ...view, limits, zones: { domains: [SOME_DOMAIN] } }),
  }));
  const views = contexts.map(context => partsOf(sources, context, sender, gates));
  const read = namespacesRead(
    sources,
    contexts.map(context => context.settings),
  );
  return [...read].flatMap(([resource, namespaces]) =>
    namespaces.map(namespace => ({
      resource,
      namespace,
      parts: views.flatMap(view => view(resource, namespace)),
    })),
  );
}

/** Of one view, the parts for each watch: one for each source that asks, and one that tells these of what they need. */
function partsOf(
  sources: readonly SourceKind[],
  context: SourceContext,
  sender: Pick<Sender, 'change'>,
  gates: Pick<Gates, 'open'>,
): (resource: ResourceKind, namespace: string | undefined) => Part[] {
  const read = namespacesRead(sources, [context.settings]);
  const needed = new NeededStore(context);
  const trackers: Tracker[] = [];
  const onChange = sender.change.bind(sender);
  const onJoins = gates.open.bind(gates);
  const onLookups = (lookups: readonly string[]) => trackers.map(each => each.needChanged(lookups)).includes(true);
  return (resource, namespace) => {
    const own = read.get(resource) ?? [];
    // A watch of all namespaces is for a view that names some, too: what is filtered asks for nothing.
    if (own.length === 0 || (namespace !== undefined && !own.includes(namespace))) return [];
    const asking = sources
      .filter(kind => sourceOf(kind).resource === resource)
      .map(kind => new Tracker({ kind, context, needed, onJoins, onChange }));
    trackers.push(...asking);
    if (!isNeededResource(resource)) return asking;
    return [new NeedTracker({ resource, namespace, store: needed, onLookups, onChange }), ...asking];
  };
}
