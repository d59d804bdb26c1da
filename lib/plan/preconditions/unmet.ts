import type { DnsName, OwnerId, Reason, RecordSet } from '../../model/index.ts';

/** Something that stands in the way of a desired record. */
export interface Unmet {
  readonly reason: Reason;
  readonly message: string;
  /** The other owner whose ownership record stands in the way. */
  readonly owner?: OwnerId;
  /** The record type that cannot be written; absent: every type of an address. */
  readonly type?: string;
  /** Nothing may be created at the name; what is ours there may still be updated. */
  readonly whole?: boolean;
}

export const describeSet = ({ setIdentifier }: Pick<RecordSet, 'setIdentifier'>) =>
  setIdentifier === undefined ? '' : ` "${setIdentifier}"`;

/** Why a record set is left alone whose ownership record is another one's. */
export const misreadMessage = (txt: DnsName | undefined, other: DnsName): string =>
  `its ownership record ${txt} may be that of ${other} under another naming. If registry.prefix, registry.suffix or registry.wildcardReplacement was changed, put it back; else remove by hand what is not wanted of ${txt} and ${other}`;

/** Why a record set is left alone of which somebody has a part that cannot be told. */
export const sealedMessage = (txt: DnsName | undefined): string =>
  `others have a part of it, which its ownership record ${txt} names in a text that registry.encryptionKey has no key for`;
