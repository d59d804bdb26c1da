import type { Config } from '../config/config.ts';
import { configsOf } from '../config/index.ts';
import type { ClusterName } from '../model/index.ts';
import { Reading, type ResourceKind, type SourceKind, sourceSettings } from '../sources/index.ts';

/** `limits.recordsPerNamespace` is of one zone; a namespace that asks for more than so many could have is not read further. */
const NAMESPACE_ZONES = 10;

/**
 * The objects of one cluster, read once and offered to each view. Views that read objects alike (two accounts, a policy
 * each) share what is made of them.
 */
export class Offered implements Pick<Reading, 'sources' | 'needs' | 'namespaces' | 'page' | 'restart' | 'unread'> {
  readonly sources: readonly SourceKind[];
  /** By view. */
  readonly readings: readonly Reading[];
  readonly #distinct: readonly Reading[];

  /** @param views their configs */
  constructor(cluster: ClusterName, views: readonly Config[]) {
    this.sources = views[0]?.sources ?? [];
    const distinct = new Map<string, Reading>();
    this.readings = views.map(config => {
      const key = readAs(config);
      const most = NAMESPACE_ZONES * config.limits.recordsPerNamespace;
      const context = { cluster, settings: sourceSettings(config) };
      const reading = distinct.get(key) ?? new Reading(config.sources, context, most);
      distinct.set(key, reading);
      return reading;
    });
    this.#distinct = [...distinct.values()];
  }

  needs(source: SourceKind): ReturnType<Reading['needs']> {
    return [...new Set(this.#distinct.flatMap(reading => reading.needs(source)))];
  }

  /** Of all where a view wants all. */
  namespaces(resource: ResourceKind): readonly string[] {
    const each = this.#distinct.map(reading => reading.namespaces(resource));
    return each.some(({ length }) => length === 0) ? [] : [...new Set(each.flat())];
  }

  page(resource: ResourceKind, items: readonly unknown[]): void {
    for (const reading of this.#distinct) reading.page(resource, items);
  }

  restart(resource: ResourceKind): void {
    for (const reading of this.#distinct) reading.restart(resource);
  }

  unread(resource: ResourceKind, because: string): void {
    for (const reading of this.#distinct) reading.unread(resource, because);
  }
}

/** All of the config that the sources look at: the same text, the same endpoints. */
function readAs({ annotationPrefixes, hostnames, filters, ingress, service, gateway, records, zones, limits }: Config) {
  const { types, targetNets, excludeTargetNets, defaultTargets } = records;
  const domains = hostnames.fromServiceName ? zones.domains : [];
  const objects = { annotationPrefixes, hostnames, filters, ingress, service, gateway, limits, domains };
  return JSON.stringify({ ...objects, types, targetNets, excludeTargetNets, defaultTargets });
}

/** The same of a config that was not taken apart yet. */
export const offeredTo = (cluster: ClusterName, config: Config): Offered =>
  new Offered(
    cluster,
    configsOf(config).map(one => one.config),
  );
