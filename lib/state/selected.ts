import type { DnsName, OwnerId, ZoneId } from '../model/index.ts';
import { firstOf } from '../shown.ts';
import { decode, encode, isNumber, isObject, isTexts } from './codec.ts';

/** A hosted zone that the config selects, or selected until it was changed. */
export interface SelectedZone {
  readonly id: ZoneId;
  readonly name: DnsName;
  /** The owner ids under which ownership records were written there. */
  readonly owners: readonly OwnerId[];
  /** The key of the list of hosted zones that has it: one a role. */
  readonly list: string;
  /** Epoch milliseconds: when this was written; absent in what an earlier version kept. */
  readonly keptAt?: number;
  /** What is ours there, since it is selected no longer; absent while it is. */
  readonly left?: LeftBehind;
  /** Owner ids that left the config lately; absent: none. */
  readonly former?: readonly FormerOwner[];
}

export interface FormerOwner {
  readonly owner: OwnerId;
  /** Epoch milliseconds: when a run first found that the config has it no longer. */
  readonly since: number;
}

export interface LeftBehind {
  /** Epoch milliseconds: when a run first found that the zone is selected no longer. */
  readonly since: number;
  readonly count: number;
  /** The first of them. */
  readonly names: readonly DnsName[];
}

export function encodeSelected(zones: readonly SelectedZone[]): Uint8Array {
  return encode('selected', { zones });
}

export function decodeSelected(bytes: Uint8Array): readonly SelectedZone[] | undefined {
  const { zones } = decode('selected', bytes) ?? {};
  return Array.isArray(zones) && zones.every(isSelected) ? zones : undefined;
}

const isSelected = (value: unknown): value is SelectedZone =>
  isObject(value) &&
  [value.id, value.name, value.list].every(text => typeof text === 'string') &&
  isTexts(value.owners) &&
  (value.keptAt === undefined || isNumber(value.keptAt)) &&
  (value.left === undefined || isLeft(value.left)) &&
  (value.former === undefined || (Array.isArray(value.former) && value.former.every(isFormer)));

const isFormer = (value: unknown) => isObject(value) && typeof value.owner === 'string' && isNumber(value.since);

const isLeft = (value: unknown) =>
  isObject(value) && isNumber(value.since) && isNumber(value.count) && isTexts(value.names);

/** Names that a message shows. */
const SHOWN = 3;

/** What is said of a zone that is selected no longer, and what to do. */
export function leftBehind({ count, names }: LeftBehind): { readonly found: string; readonly advice: string } {
  const what = count === 1 ? '1 name there still has a record' : `${count} names there still have records`;
  return {
    found: `the config selects it no longer, and ${what} of ours, which nothing keeps up to date or removes: ${firstOf(names, SHOWN)}`,
    advice:
      'put its view or its entry of `zones` back; to give the records up, put it back, run fairlead release for these names (or transfer, with the config of whoever takes them over), and take it away again',
  };
}
