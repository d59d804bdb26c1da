import type { ClusterName, DnsName, HostedZone, Snapshot, ZoneId } from '../model/index.ts';
import { type FocusedName, focus, type PlanInput, tellers } from '../plan/index.ts';
import { configuredBy } from '../registry/index.ts';
import type { Source } from './explanation.ts';
import type { KnownZones } from './zones.ts';

/** All that an explanation is made from: what a run of each shard would plan from for each view, and how old that is. */
export interface Facts {
  readonly origin: Source['origin'];
  readonly shards: readonly { readonly input: PlanInput }[];
  readonly asked: readonly Snapshot[];
  /** Every hosted zone of the account. */
  readonly zones: readonly HostedZone[];
  readonly selected: ReadonlySet<ZoneId>;
  /** Epoch milliseconds. */
  readonly readAt: { readonly zones: ReadonlyMap<ZoneId, number>; readonly clusters: ReadonlyMap<ClusterName, number> };
  readonly gaps: readonly string[];
}

export const statesOf = ({ shards }: Facts) => shards.flatMap(({ input: { zones } }) => zones);

export const sourceOf = ({ origin, readAt, gaps }: Facts): Source => ({
  origin,
  clusters: Object.fromEntries(readAt.clusters),
  gaps,
});

export const knownZones = (facts: Facts): KnownZones => ({
  all: facts.zones,
  selected: facts.selected,
  states: statesOf(facts),
  readAt: facts.readAt.zones,
  configured: configuredBy(facts.asked),
});

/** What every shard's plan says of some names, in each view. */
export function focusAll({ shards }: Facts, names: ReadonlySet<DnsName>): (name: DnsName) => readonly FocusedName[] {
  const all = shards.map(({ input }) => {
    const focused = focus(input, names);
    const endpoints = input.snapshots.flatMap(one => one.endpoints.filter(({ name }) => names.has(name)));
    const findings = [...focused.values()].flatMap(one => one.findings);
    return { focused, findings, snapshots: [{ endpoints }] };
  });
  const isTold = tellers(all);
  return name =>
    all.flatMap(view => {
      const one = view.focused.get(name);
      return one ? [{ ...one, findings: one.findings.filter(finding => isTold(finding, view)) }] : [];
    });
}

/** The clusters of which nothing could be read. */
export const unreached = ({ asked }: Pick<Facts, 'asked'>): ReadonlySet<ClusterName> =>
  new Set(
    asked.filter(({ kinds }) => Object.values(kinds).every(({ complete }) => !complete)).map(({ cluster }) => cluster),
  );
