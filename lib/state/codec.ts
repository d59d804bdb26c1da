import { gunzipSync, gzipSync } from 'node:zlib';
import type {
  AffixSettings,
  ClusterName,
  DnsName,
  HostedZone,
  OwnerId,
  RecordSet,
  Refusal,
  Removal,
  Undone,
  ZoneId,
  ZoneMemory,
  ZoneQuota,
  ZoneState,
} from '../model/index.ts';

/** Raised with every change of what is kept; a copy in another format is as good as none. */
const FORMAT = 2;

/** The record sets of a zone as last read, with what the runs of each shard remember about it. */
export interface ZoneCopy
  extends Pick<ZoneState, 'zone' | 'records' | 'readAt' | 'unproven' | 'naming' | 'meant' | 'lapsed' | 'undone'> {
  /** By the name of the shard. */
  readonly memory: ReadonlyMap<string, ZoneMemory>;
}

/** The zones that a shard has to do with, as far as its runs have found. */
export interface CachedConcerns {
  readonly zones: readonly ZoneId[];
  /** Of the settings that decide what a shard has to do with: with others every zone is looked at. */
  readonly settings: string;
  /** Epoch milliseconds of the last run that looked at every zone. */
  readonly readAt: number;
}

/** The hosted zones of the account when they were last listed. */
export interface CachedZoneList {
  readonly zones: readonly HostedZone[];
  /** The domains and ids of the config that it was listed for: another one may have come with its zone. */
  readonly sought?: readonly string[];
  /** Epoch milliseconds. */
  readonly readAt: number;
}

export function encode(kind: string, value: object): Uint8Array {
  return gzipSync(JSON.stringify({ format: FORMAT, kind, ...value }), { level: 1 });
}

/** Undefined for anything that is not a whole copy of this kind in today's format: damaged, foreign, older. */
export function decode(kind: string, bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(gunzipSync(bytes).toString());
    if (!isObject(value) || value.format !== FORMAT || value.kind !== kind) return undefined;
    return value;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export function encodeZone(copy: ZoneCopy): Uint8Array {
  return encode('zone', {
    zone: copy.zone,
    readAt: copy.readAt,
    records: [...copy.records.values()].flat(),
    unproven: [...copy.unproven].sort(),
    naming: copy.naming,
    meant: [...copy.meant].sort(),
    ...(copy.lapsed.size > 0 && { lapsed: [...copy.lapsed].sort() }),
    ...(copy.undone && copy.undone.size > 0 && { undone: [...copy.undone] }),
    memory: [...copy.memory].map(
      ([shard, { refusals, unwantedSince, givenUp, heldWith, misread, fleet, left, ...rest }]) => [
        shard,
        {
          refusals: [...refusals],
          unwantedSince: [...unwantedSince],
          ...(givenUp && { givenUp: [...givenUp] }),
          ...(heldWith && { heldWith: [...heldWith] }),
          misread: [...misread].sort(),
          ...(fleet && { fleet: [...fleet] }),
          ...(left && { left: [...left].sort() }),
          ...rest,
        },
      ],
    ),
  });
}

export function decodeZone(bytes: Uint8Array): ZoneCopy | undefined {
  const value = decode('zone', bytes);
  if (!value || !isZone(value.zone) || typeof value.readAt !== 'number') return undefined;
  if (!Array.isArray(value.records) || !value.records.every(isRecord) || !isTexts(value.unproven)) return undefined;
  if (!isEntries(value.memory, isMemory)) return undefined;
  const { naming, meant = [], lapsed = [], undone = [] } = value;
  if (!(naming === undefined || isNaming(naming)) || !isEntries(meant, isText)) return undefined;
  if (!isTexts(lapsed) || !isEntries(undone, isUndone)) return undefined;
  const records = new Map<DnsName, RecordSet[]>();
  for (const record of value.records) {
    const sets = records.get(record.name);
    if (sets) sets.push(record);
    else records.set(record.name, [record]);
  }
  const memory = new Map(
    value.memory.map(
      ([shard, { refusals, unwantedSince, givenUp, heldWith, removed, misread, quota, fleet, left }]) => [
        shard,
        {
          refusals: new Map(refusals),
          unwantedSince: new Map(unwantedSince),
          ...(givenUp && { givenUp: new Set(givenUp) }),
          ...(heldWith && { heldWith: new Map(heldWith) }),
          removed,
          misread: new Set(misread),
          ...(left && { left: new Map(left) }),
          ...(quota && { quota }),
          ...(fleet && { fleet: new Map(fleet) }),
        },
      ],
    ),
  );
  return {
    zone: value.zone,
    readAt: value.readAt,
    records,
    unproven: new Set(value.unproven),
    ...(naming && { naming }),
    meant: new Map(meant),
    lapsed: new Set(lapsed),
    ...(undone.length > 0 && { undone: new Map(undone) }),
    memory,
  };
}

interface WrittenMemory {
  readonly refusals: [DnsName, Refusal][];
  readonly unwantedSince: [DnsName, number][];
  readonly givenUp?: DnsName[];
  readonly heldWith?: [DnsName, number][];
  readonly removed: Removal[];
  /** Absent in a copy that an earlier version kept. */
  readonly misread?: string[];
  readonly quota?: ZoneQuota;
  readonly fleet?: [OwnerId, ClusterName[]][];
  readonly left?: [string, ClusterName[]][];
}

function isMemory(value: unknown): value is WrittenMemory {
  return (
    isObject(value) &&
    isEntries(value.refusals, isRefusal) &&
    isEntries(value.unwantedSince, isNumber) &&
    (value.givenUp === undefined || isTexts(value.givenUp)) &&
    (value.heldWith === undefined || isEntries(value.heldWith, isNumber)) &&
    Array.isArray(value.removed) &&
    value.removed.every(isRemoval) &&
    (value.misread === undefined || isTexts(value.misread)) &&
    (value.quota === undefined || isQuota(value.quota)) &&
    (value.fleet === undefined || isEntries(value.fleet, isTexts)) &&
    (value.left === undefined || isEntries(value.left, isTexts))
  );
}

const isQuota = (value: unknown): value is ZoneQuota =>
  isObject(value) && isNumber(value.sets) && isNumber(value.askedAt);

const isUndone = (value: unknown): value is Undone =>
  isObject(value) && isText(value.run) && isText(value.by) && isText(value.owner) && isNumber(value.at);

function isRemoval(value: unknown): value is Removal {
  return (
    isObject(value) &&
    typeof value.owner === 'string' &&
    (value.cluster === undefined || typeof value.cluster === 'string') &&
    (value.namespace === undefined || typeof value.namespace === 'string') &&
    isNumber(value.at) &&
    isNumber(value.names)
  );
}

export function decodeConcerns(bytes: Uint8Array): CachedConcerns | undefined {
  const value = decode('concerns', bytes);
  if (!value || !isTexts(value.zones) || !isNumber(value.readAt) || typeof value.settings !== 'string')
    return undefined;
  return { zones: value.zones, settings: value.settings, readAt: value.readAt };
}

function isZone(value: unknown): value is HostedZone {
  return (
    isObject(value) &&
    typeof value.id === 'string' &&
    typeof value.name === 'string' &&
    typeof value.private === 'boolean' &&
    (value.tags === undefined || isObject(value.tags))
  );
}

function isRecord(value: unknown): value is RecordSet {
  if (!isObject(value) || typeof value.name !== 'string' || typeof value.type !== 'string') return false;
  const { ttl, values, alias, routing, setIdentifier, healthCheckId } = value;
  return (
    [setIdentifier, healthCheckId].every(text => text === undefined || typeof text === 'string') &&
    (ttl === undefined || typeof ttl === 'number') &&
    (values === undefined || isTexts(values)) &&
    (alias === undefined || isAlias(alias)) &&
    (routing === undefined || isObject(routing))
  );
}

export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string');

const isAlias = (value: unknown) =>
  isObject(value) && typeof value.zoneId === 'string' && typeof value.dnsName === 'string';

const isText = (value: unknown): value is string => typeof value === 'string';

const isNaming = (value: unknown): value is AffixSettings =>
  isObject(value) && isText(value.prefix) && isText(value.suffix) && isText(value.wildcardReplacement);

export const isNumber = (value: unknown): value is number => typeof value === 'number';

function isRefusal(value: unknown): value is Refusal {
  return (
    isObject(value) &&
    typeof value.fingerprint === 'string' &&
    typeof value.message === 'string' &&
    isNumber(value.attempts) &&
    isNumber(value.retryAt)
  );
}

function isEntries<T>(value: unknown, isValue: (value: unknown) => value is T): value is [DnsName, T][] {
  const isEntry = (entry: unknown) =>
    Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && isValue(entry[1]);
  return Array.isArray(value) && value.every(isEntry);
}

export function decodeZoneList(bytes: Uint8Array): CachedZoneList | undefined {
  const value = decode('zones', bytes);
  if (!value || typeof value.readAt !== 'number' || !Array.isArray(value.zones) || !value.zones.every(isZone))
    return undefined;
  return { zones: value.zones, readAt: value.readAt, ...(isTexts(value.sought) && { sought: value.sought }) };
}
