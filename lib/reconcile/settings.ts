import type { PlanSettings } from '../plan/index.ts';
import { aliasTraitsOf, SWAP_LIMITS } from '../route53/index.ts';
import { sourceOfResource } from '../sources/index.ts';
import type { OpenRun } from './ports.ts';

/** What the config says about the plan, with the alias table that tells AWS's own names. */
export function planSettings(
  { config, naming }: Pick<OpenRun, 'config' | 'naming'>,
  aliasZoneOf: PlanSettings['aliasZoneOf'],
): PlanSettings {
  return {
    filter: config.zones,
    naming,
    registry: config.registry.type,
    policy: config.policy,
    types: config.records.types,
    preferCname: config.records.preferCname,
    evaluateTargetHealth: config.records.evaluateTargetHealth,
    ttl: config.records.ttl,
    minTtl: config.records.minTtl,
    merge: config.records.merge,
    sharing: config.sharing,
    weights: new Map(config.clusters.map(({ name, weight = 1 }) => [name, weight])),
    claims: config.claims,
    frozenZones: config.zones.freeze,
    // The ownership record, of some 700 characters at most, is in the same swap.
    maxCharacters: SWAP_LIMITS.characters - 1000,
    recordsPerNamespace: config.limits.recordsPerNamespace,
    guard: config.guard,
    sourceOf: sourceOfResource,
    aliasZoneOf,
    aliasTraitsOf,
  };
}
