import type { Endpoint, Finding, Hold, Wanted } from '../model/index.ts';
import { type ResourceKind, type SourceKind, sourceOf, sourceOfResource } from './kinds.ts';
import { isNeededResource, type NeededResource, NeededStore } from './needed.ts';
import type { SourceContext } from './settings.ts';
import { append, wantedFrom } from './wanted.ts';

interface Part {
  readonly endpoints: Endpoint[];
  readonly holds: Hold[];
  readonly findings: Finding[];
}

/**
 * Takes the resources of one cluster page by page and makes of them what its sources ask for. Needed resources are reduced
 * as they come; the asking one must not begin before all that its source needs is complete ({@link Reading.needs}), and is
 * turned into endpoints at once. So no object is kept.
 */
export class Reading {
  readonly sources: readonly SourceKind[];
  readonly #context: SourceContext;
  readonly #needed: NeededStore;
  readonly #parts = new Map<SourceKind, Part>();

  constructor(sources: readonly SourceKind[], context: SourceContext) {
    this.sources = sources;
    this.#context = context;
    this.#needed = new NeededStore(context);
  }

  /**
   * What a source needs, as far as is known: what it needs may depend on what was read, so this is to be asked again until
   * all that it names was read.
   */
  needs(source: SourceKind): readonly NeededResource[] {
    return sourceOf(source)
      .needs.filter(({ when }) => when === undefined || when(this.#context.settings, this.#needed))
      .map(({ resource }) => resource);
  }

  /** Takes objects, as parsed. */
  page(resource: ResourceKind, items: readonly unknown[]): void {
    if (isNeededResource(resource)) for (const item of items) this.#needed.put(resource, item);
    const source = sourceOfResource(resource);
    if (source === undefined || !this.sources.includes(source)) return;
    const wanted = wantedFrom(source, items, this.#context, this.#needed);
    const part = this.#parts.get(source) ?? { endpoints: [], holds: [], findings: [] };
    this.#parts.set(source, part);
    append(part.endpoints, wanted.endpoints);
    append(part.holds, wanted.holds);
    append(part.findings, wanted.findings);
  }

  /** What came of a resource so far is void. */
  restart(resource: ResourceKind): void {
    if (isNeededResource(resource)) this.#needed.clear(resource);
    const source = sourceOfResource(resource);
    if (source !== undefined) this.#parts.delete(source);
  }

  /** What all of it asks for, in the order of the sources. */
  wanted(): Wanted {
    const all = this.sources.flatMap(source => this.#parts.get(source) ?? []);
    return {
      endpoints: all.flatMap(part => part.endpoints),
      holds: all.flatMap(part => part.holds),
      findings: all.flatMap(part => part.findings),
    };
  }
}
