import type { RecordSet } from '../../lib/model/index.ts';
import { type Change, type ListingStart, Route53Error, type Route53Port } from '../../lib/route53/index.ts';
import { fromWire, toWire, zoneIdFromWire } from '../../lib/route53/names.ts';
import {
  type Route53Store,
  type RecordSet as StoredSet,
  Route53Error as StoreRefusal,
} from '../../local/emulators/route53/index.ts';

export type Operation = keyof Route53Port;

/** What a test does to the requests: called before the store sees one, and after it has answered. May throw. */
export interface Hooks {
  before?(operation: Operation, zone?: string): void | Promise<void>;
  after?(operation: Operation, zone?: string): void | Promise<void>;
  /** Called instead of a change batch; nothing else can happen between what it sees before and after `apply`. */
  change?(zone: string, apply: () => void): void;
}

/**
 * The local Route 53's rules as a port, without HTTP between: for tests that run thousands of histories. The same contract
 * suite runs over this and over the SDK against the served one.
 */
export function storeRoute53(store: Route53Store, hooks: Hooks = {}): Route53Port {
  const answer = async <T>(operation: Operation, zone: string | undefined, work: () => T): Promise<T> => {
    await hooks.before?.(operation, zone);
    const result = translated(work);
    await hooks.after?.(operation, zone);
    return result;
  };
  return {
    listHostedZones: () =>
      answer('listHostedZones', undefined, () => ({
        zones: [...store.zones.values()].map(zone => ({
          id: zone.id,
          name: fromWire(zone.name),
          private: zone.private,
        })),
      })),
    listRecordSets: (zone, from, maxItems) => answer('listRecordSets', zone, () => list(store, zone, from, maxItems)),
    changeRecordSets: (zone, changes) =>
      answer('changeRecordSets', zone, () => {
        const apply = () => store.change(zone, changes.map(toStored));
        return hooks.change ? hooks.change(zone, apply) : apply();
      }),
    listTags: zones =>
      answer('listTags', undefined, () => {
        const tags = (id: string) => Object.fromEntries(store.zones.get(id)?.tags ?? []);
        return new Map(zones.map(id => [id, tags(id)]));
      }),
    recordSetLimit: zone =>
      answer('recordSetLimit', zone, () => ({ limit: store.maxRecordSets, count: store.records(zone).length })),
  };
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StoreRefusal)) throw error;
    const kind = error.code === 'NoSuchHostedZone' ? 'missing' : 'rejected';
    throw new Route53Error(kind, error.code, error.message, { cause: error });
  }
}

function list(store: Route53Store, zone: string, from?: ListingStart, maxItems?: number) {
  const page = store.list(zone, {
    ...(from && { startRecordName: toWire(from.name) }),
    ...(from?.type !== undefined && { startRecordType: from.type }),
    ...(from?.setIdentifier !== undefined && { startRecordIdentifier: from.setIdentifier }),
    ...(maxItems !== undefined && { maxItems }),
  });
  const { next } = page;
  return {
    records: page.recordSets.map(fromStored),
    ...(next && {
      next: {
        name: fromWire(next.startRecordName),
        type: next.startRecordType,
        ...(next.startRecordIdentifier !== undefined && { setIdentifier: next.startRecordIdentifier }),
      },
    }),
  };
}

const toStored = ({ action, record }: Change) => ({ action, recordSet: storedSet(record) });

export function storedSet({ alias, routing, ...record }: RecordSet): StoredSet {
  const { cidr, geoProximity, ...plain } = routing ?? {};
  return {
    ...record,
    name: toWire(record.name),
    ...plain,
    ...(cidr && { cidrRoutingConfig: cidr }),
    ...(geoProximity && { geoProximityLocation: geoProximity }),
    ...(alias && {
      alias: {
        hostedZoneId: alias.zoneId,
        dnsName: toWire(alias.dnsName),
        evaluateTargetHealth: alias.evaluateTargetHealth,
      },
    }),
  };
}

export function fromStored(set: StoredSet): RecordSet {
  const {
    alias,
    weight,
    region,
    failover,
    geoLocation,
    multiValueAnswer,
    cidrRoutingConfig,
    geoProximityLocation,
    ...record
  } = set;
  const routing = {
    ...(weight !== undefined && { weight }),
    ...(region !== undefined && { region }),
    ...(failover !== undefined && { failover: failover as 'PRIMARY' | 'SECONDARY' }),
    ...(geoLocation && { geoLocation }),
    ...(multiValueAnswer !== undefined && { multiValueAnswer }),
    ...(cidrRoutingConfig && { cidr: cidrRoutingConfig }),
    ...(geoProximityLocation && { geoProximity: geoProximityLocation }),
  };
  return {
    ...record,
    name: fromWire(record.name),
    ...(alias && {
      alias: {
        zoneId: zoneIdFromWire(alias.hostedZoneId),
        dnsName: fromWire(alias.dnsName),
        evaluateTargetHealth: alias.evaluateTargetHealth,
      },
    }),
    ...(Object.keys(routing).length > 0 && { routing }),
  };
}
