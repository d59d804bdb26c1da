import type { Endpoint, Finding, Hold, Snapshot } from '../model/index.ts';
import { decode, encode, isNumber, isObject, isTexts } from './codec.ts';

/**
 * What a cluster asked for when it was last read: tells whose a name is and why, and is never taken for what it asks for
 * now.
 */
export interface CachedSnapshot {
  readonly snapshot: Snapshot;
  readonly readAt: number;
  /** Names and objects of the cluster that were not published as asked, when it was last read. */
  readonly unpublished: number;
  /** False for a copy of an earlier release, which has neither targets nor findings. */
  readonly detailed: boolean;
}

type Listed<T> = Omit<T, 'targets'> & { readonly targets: number };

/** Targets are written once, however many names of an object have them: `targets` is a place in `lists`. */
interface Packed extends Omit<Snapshot, 'endpoints' | 'holds'> {
  readonly endpoints: readonly Listed<Endpoint>[];
  readonly holds: readonly (Omit<Hold, 'putOff'> & { readonly putOff?: Listed<Endpoint> })[];
  readonly lists: readonly (readonly string[])[];
}

function pack(snapshot: Snapshot): Packed {
  const places = new Map<string, number>();
  const lists: (readonly string[])[] = [];
  const listed = ({ targets, ...endpoint }: Endpoint): Listed<Endpoint> => {
    const key = targets.join('\n');
    const place = places.get(key) ?? lists.push(targets) - 1;
    places.set(key, place);
    return { ...endpoint, targets: place };
  };
  const holds = snapshot.holds.map(({ putOff, ...hold }) => ({ ...hold, ...(putOff && { putOff: listed(putOff) }) }));
  return { ...snapshot, endpoints: snapshot.endpoints.map(listed), holds, lists };
}

type Content = Pick<CachedSnapshot, 'snapshot' | 'unpublished'>;

/** The same for two copies that say the same. */
export const snapshotText = ({ snapshot, unpublished }: Content): string =>
  JSON.stringify({ snapshot: pack(snapshot), unpublished });

export function encodeSnapshot({ snapshot, unpublished, readAt }: Content & { readonly readAt: number }): Uint8Array {
  return encode('snapshot', { snapshot: pack(snapshot), unpublished, readAt });
}

export function decodeSnapshot(bytes: Uint8Array): CachedSnapshot | undefined {
  const value = decode('snapshot', bytes);
  if (!value || !isNumber(value.readAt) || !isNumber(value.unpublished) || !isObject(value.snapshot)) return undefined;
  const { lists, ...snapshot } = value.snapshot;
  const detailed = lists !== undefined;
  if (detailed && !(Array.isArray(lists) && lists.every(isTexts))) return undefined;
  if (typeof snapshot.cluster !== 'string' || typeof snapshot.owner !== 'string' || !isObject(snapshot.kinds))
    return undefined;
  const isAsked = ({ name, type, targets }: Record<string, unknown>) =>
    typeof name === 'string' &&
    typeof type === 'string' &&
    (detailed ? isNumber(targets) && (lists as string[][])[targets] !== undefined : isTexts(targets));
  if (
    !Object.values(snapshot.kinds).every(isObject) ||
    !isListOf(snapshot.endpoints, isAsked) ||
    !isListOf(snapshot.holds, ({ putOff }) => putOff === undefined || (isObject(putOff) && isAsked(putOff))) ||
    !(snapshot.written === undefined || isWrittenList(snapshot.written)) ||
    !Array.isArray(snapshot.findings) ||
    !snapshot.findings.every(isFinding)
  )
    return undefined;
  const { readAt, unpublished } = value;
  if (detailed) unpack([...(snapshot.endpoints as Unpacked[]), ...putOffs(snapshot.holds as readonly Hold[])], lists);
  return { snapshot: snapshot as unknown as Snapshot, readAt, unpublished, detailed };
}

interface Unpacked {
  targets: unknown;
}

const putOffs = (holds: readonly Hold[]): Unpacked[] => holds.flatMap(({ putOff }) => putOff ?? []);

/** In place, since nobody else has what was just parsed, and there may be very many. */
function unpack(endpoints: readonly Unpacked[], lists: readonly (readonly string[])[]): void {
  for (const endpoint of endpoints) endpoint.targets = lists[endpoint.targets as number];
}

function isWrittenList(value: unknown): boolean {
  const isWritten = (item: unknown) =>
    isObject(item) && typeof item.resource === 'string' && (item.names === undefined || isTexts(item.names));
  return Array.isArray(value) && value.every(isWritten);
}

function isFinding(value: unknown): value is Finding {
  return isObject(value) && typeof value.reason === 'string' && typeof value.message === 'string';
}

/** A list of things, each of an object and with whatever else `fits` asks for. */
function isListOf(value: unknown, fits: (item: Record<string, unknown>) => boolean): value is object[] {
  return Array.isArray(value) && value.every(item => isObject(item) && isObject(item.object) && fits(item));
}
