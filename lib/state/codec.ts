import { gunzipSync, gzipSync } from 'node:zlib';
import type { DnsName, HostedZone, RecordSet, Refusal, Snapshot, ZoneState } from '../model/index.ts';

/** Raised with every change of what is kept; a copy in another format is as good as none. */
const FORMAT = 1;

/** The hosted zones of the account when they were last listed. */
export interface KeptZoneList {
  readonly zones: readonly HostedZone[];
  /** Epoch milliseconds. */
  readonly readAt: number;
}

/** The last complete snapshot of a cluster. */
export interface KeptSnapshot {
  readonly snapshot: Snapshot;
  /** Of the settings under which it was made: with other settings the same objects may want other things. */
  readonly settings: string;
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

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export function encodeZone(state: ZoneState): Uint8Array {
  return encode('zone', {
    zone: state.zone,
    readAt: state.readAt,
    records: [...state.records.values()].flat(),
    refusals: [...state.refusals],
    unwantedSince: [...state.unwantedSince],
  });
}

export function decodeZone(bytes: Uint8Array): ZoneState | undefined {
  const value = decode('zone', bytes);
  if (!value || !isZone(value.zone) || typeof value.readAt !== 'number') return undefined;
  if (!Array.isArray(value.records) || !value.records.every(isRecord)) return undefined;
  const { refusals, unwantedSince } = value;
  if (!isEntries(refusals, isRefusal) || !isEntries(unwantedSince, isNumber)) return undefined;
  const records = new Map<DnsName, RecordSet[]>();
  for (const record of value.records) {
    const sets = records.get(record.name);
    if (sets) sets.push(record);
    else records.set(record.name, [record]);
  }
  return {
    zone: value.zone,
    readAt: value.readAt,
    records,
    refusals: new Map(refusals),
    unwantedSince: new Map(unwantedSince),
  };
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
  const { ttl, values, alias, routing } = value;
  return (
    (ttl === undefined || typeof ttl === 'number') &&
    (values === undefined || isTexts(values)) &&
    (alias === undefined || isAlias(alias)) &&
    (routing === undefined || isObject(routing))
  );
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string');

const isAlias = (value: unknown) =>
  isObject(value) && typeof value.zoneId === 'string' && typeof value.dnsName === 'string';

const isNumber = (value: unknown): value is number => typeof value === 'number';

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

export function decodeZoneList(bytes: Uint8Array): KeptZoneList | undefined {
  const value = decode('zones', bytes);
  if (!value || typeof value.readAt !== 'number' || !Array.isArray(value.zones) || !value.zones.every(isZone))
    return undefined;
  return { zones: value.zones, readAt: value.readAt };
}

/** A list of things, each of an object and with whatever else `fits` asks for. */
function isListOf(value: unknown, fits: (item: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.every(item => isObject(item) && isObject(item.object) && fits(item));
}

export function decodeSnapshot(bytes: Uint8Array): KeptSnapshot | undefined {
  const value = decode('snapshot', bytes);
  if (!value || typeof value.settings !== 'string' || typeof value.readAt !== 'number') return undefined;
  const snapshot = value.snapshot;
  const whole =
    isObject(snapshot) &&
    typeof snapshot.cluster === 'string' &&
    typeof snapshot.owner === 'string' &&
    isObject(snapshot.kinds) &&
    Object.values(snapshot.kinds).every(isObject);
  if (
    !whole ||
    !isListOf(snapshot.endpoints, endpoint => typeof endpoint.name === 'string' && isTexts(endpoint.targets)) ||
    !isListOf(snapshot.holds, () => true) ||
    !Array.isArray(snapshot.findings) ||
    (snapshot.formerly !== undefined && !isTexts(snapshot.formerly))
  )
    return undefined;
  return { snapshot: snapshot as unknown as Snapshot, settings: value.settings, readAt: value.readAt };
}
