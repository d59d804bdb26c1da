import type { Config } from '../lib/config/config.ts';
import { configsOf } from '../lib/config/index.ts';
import { leastConfig } from './least-config.ts';

/** What a forwarder looks at of one view's config. */
function readOf({ annotationPrefixes, hostnames, filters, ingress, service, gateway, records }: Config) {
  const { types, targetNets, excludeTargetNets, defaultTargets } = records;
  const ofRecords = { types, targetNets, excludeTargetNets, defaultTargets };
  return { annotationPrefixes, hostnames, filters, ingress, service, gateway, records: ofRecords };
}

function ofAll({ sources, limits: { hostnamesPerObject, targetsPerObject } }: Config) {
  return { sources, limits: { hostnamesPerObject, targetsPerObject } };
}

/** The entries that are other than in `base`. */
function differing(own: object, base: object): Record<string, unknown> {
  const before = new Map<string, unknown>(Object.entries(base));
  return Object.fromEntries(
    Object.entries(own).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before.get(key))),
  );
}

/** The values of the forwarder's chart with which it watches what runs with this config read, where these are no defaults. */
export function chartValues(config: Config): Record<string, unknown> {
  const plain = leastConfig();
  const views = configsOf(config).map(({ view: name, config: view }) => ({
    ...(name !== undefined && { name }),
    ...differing(readOf(view), readOf(config)),
  }));
  const refined = views.some(view => Object.keys(view).some(key => key !== 'name'));
  return {
    ...differing({ ...ofAll(config), ...readOf(config) }, { ...ofAll(plain), ...readOf(plain) }),
    ...(refined && { views }),
  };
}
