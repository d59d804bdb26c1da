import type { Endpoint, Finding, Hold, Wanted, Written } from '../model/index.ts';
import { append, type DesiredOf, desiredFrom, joiningOf, selectedFrom } from './desired.ts';
import { namespacesOf, type ResourceKind, type SourceKind, sourceOf, sourceOfResource } from './kinds.ts';
import { NamespaceRoom } from './namespace-room.ts';
import { isNeededResource, type NeededResource, NeededStore } from './needed.ts';
import { at } from './object.ts';
import type { SourceContext } from './settings.ts';
import { differing, writtenBy } from './written.ts';

interface Part {
  readonly endpoints: Endpoint[];
  readonly holds: Hold[];
  readonly findings: Finding[];
  readonly written: Written[];
  /** Objects, slim, that wait for resources which only some objects need. */
  readonly waiting: unknown[];
  readonly joins: Set<NeededResource>;
  seen: number;
  selected: number;
  readonly namespaces: Set<string>;
  readonly room: NamespaceRoom;
  /** Of the hostnames that are written in objects. */
  readonly texts: NamespaceRoom;
}

const emptyPart = (mostOfNamespace?: number): Part => ({
  ...{ endpoints: [], holds: [], findings: [], written: [], waiting: [], joins: new Set<NeededResource>() },
  ...{ seen: 0, selected: 0, namespaces: new Set<string>() },
  room: new NamespaceRoom(mostOfNamespace),
  texts: new NamespaceRoom(mostOfNamespace),
});

/** How many asking objects a cluster has, and how many of them the config's filters leave. */
export interface Selection {
  readonly seen: number;
  readonly selected: number;
  /** In which there are any. */
  readonly namespaces: ReadonlySet<string>;
}

/**
 * Takes the resources of one cluster page by page and makes of them what its sources ask for. Needed resources are reduced
 * as they come; the asking one must not begin before all that its source needs is complete ({@link Reading.needs}), and is
 * turned into endpoints at once. So no object is kept, but those that need what only some objects do: they wait, slim, until
 * it was read after them.
 */
export class Reading {
  readonly sources: readonly SourceKind[];
  readonly #context: SourceContext;
  readonly #mostOfNamespace: number | undefined;
  readonly #needed: NeededStore;
  readonly #parts = new Map<SourceKind, Part>();

  /** @param mostOfNamespace record sets that the objects of one kind and namespace may ask for; absent: any number */
  constructor(sources: readonly SourceKind[], context: SourceContext, mostOfNamespace?: number) {
    this.sources = sources;
    this.#mostOfNamespace = mostOfNamespace;
    this.#context = context;
    this.#needed = new NeededStore(context);
  }

  /**
   * What a source needs, as far as is known: what it needs may depend on what was read, so this is to be asked again until
   * all that it names was read, and again after the resource that asks.
   */
  needs(source: SourceKind): readonly NeededResource[] {
    const always = sourceOf(source)
      .needs.filter(({ when }) => when === undefined || when(this.#context.settings, this.#needed))
      .map(({ resource }) => resource);
    return [...always, ...(this.#parts.get(source)?.joins ?? [])];
  }

  /** The namespaces of which a resource is to be listed; empty: all of them. */
  namespaces(resource: ResourceKind): readonly string[] {
    return namespacesOf(resource, this.#context.settings);
  }

  /** Takes objects, as parsed. */
  page(resource: ResourceKind, items: readonly unknown[]): void {
    if (isNeededResource(resource)) for (const item of items) this.#needed.put(resource, item);
    const source = sourceOfResource(resource);
    if (source === undefined || !this.sources.includes(source)) return;
    const part = this.#parts.get(source) ?? emptyPart(this.#mostOfNamespace);
    this.#parts.set(source, part);
    part.seen += items.length;
    for (const item of items) {
      const namespace = String(at(at(item, 'metadata'), 'namespace'));
      part.namespaces.add(namespace);
      const written = writtenBy(resource, item, this.#context);
      // Of an object that is beyond the bound no name is kept: it may have any.
      if (written)
        part.written.push(part.texts.fits(namespace, written.names?.length ?? 0) ? written : nameless(written));
    }
    add(part, selectedFrom(source, this.#ready(source, items, part), this.#context, this.#needed, part.room));
  }

  /** What the config's filters make of the objects that were read. */
  selection(): Selection {
    const parts = this.sources.map(source => this.#parts.get(source) ?? emptyPart());
    return {
      seen: parts.reduce((sum, { seen }) => sum + seen, 0),
      selected: parts.reduce((sum, { selected, waiting }) => sum + selected + waiting.length, 0),
      namespaces: new Set(parts.flatMap(({ namespaces }) => [...namespaces])),
    };
  }

  /** The objects that need nothing more; the others wait. */
  #ready(source: SourceKind, items: readonly unknown[], part: Part): readonly unknown[] {
    const { joins } = sourceOf(source);
    if (joins === undefined) return items;
    return items.filter(item => {
      const joining = joiningOf(source, item, this.#context);
      if (joining === undefined) return true;
      part.waiting.push(joining.slim);
      for (const resource of joining.needs) part.joins.add(resource);
      return false;
    });
  }

  /** A resource that only some objects need could not be read: what is published of these stays. */
  unread(resource: ResourceKind, because: string): void {
    if (isNeededResource(resource)) this.#needed.fail(resource, because);
  }

  /** What came of a resource so far is void. */
  restart(resource: ResourceKind): void {
    if (isNeededResource(resource)) this.#needed.clear(resource);
    const source = sourceOfResource(resource);
    if (source !== undefined) this.#parts.delete(source);
  }

  /** What all of it asks for, in the order of the sources. */
  wanted(): Wanted {
    const all = this.sources.flatMap(source => {
      const { waiting, room, texts: _, ...part } = this.#parts.get(source) ?? emptyPart();
      return [part, desiredFrom(source, waiting, this.#context, this.#needed, room)];
    });
    const endpoints = all.flatMap(part => part.endpoints);
    const written = all.flatMap(part => part.written ?? []);
    return {
      endpoints,
      holds: all.flatMap(part => part.holds),
      findings: all.flatMap(part => part.findings),
      ...(this.#parts.size > 0 && { written: differing(written, endpoints) }),
    };
  }
}

const nameless = ({ resource }: Written): Written => ({ resource });

function add(part: Part, wanted: DesiredOf): void {
  part.selected += wanted.selected;
  append(part.endpoints, wanted.endpoints);
  append(part.holds, wanted.holds);
  append(part.findings, wanted.findings);
}
