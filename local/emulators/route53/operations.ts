import type { Identity } from '../aws/credentials.ts';
import { type ChangeInfo, changeInfoXml, delegationXml, hostedZoneXml, recordPageXml, vpcXml } from './answers.ts';
import type { ChangeBatch } from './batch-xml.ts';
import { constraint, Route53Error } from './errors.ts';
import type { HostedZone } from './hosted-zone.ts';
import type { ListStart, Route53Store } from './store.ts';

/** One call on its way through the service. */
export interface Call {
  readonly operation: string;
  /** The hosted zone of the path, or the id of another resource. */
  readonly id: string;
  /** The other part of the path, where there is one: a limit's type, a resource's type. */
  readonly kind: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly identity: Identity;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Of ChangeResourceRecordSets, read once. */
  readonly batch?: ChangeBatch;
}

export interface Answer {
  readonly status?: number;
  readonly xml: string;
  readonly location?: string;
}

/** What the operations work on. */
export interface Account {
  readonly store: Route53Store;
  readonly changes: Map<string, ChangeInfo>;
  /** Remembered even after their zones are gone. */
  readonly callerReferences: Set<string>;
  /** How long a change stays PENDING, in milliseconds. */
  readonly insyncAfterMs: number;
  /** The caller's own zones. */
  zones(call: Call): readonly HostedZone[];
  /** Throws Route53Error NoSuchHostedZone, also for zones of other accounts. */
  zone(call: Call, id?: string): HostedZone;
  newChange(call: Call, comment?: string): ChangeInfo;
}

export type Operation = (call: Call, account: Account) => Answer;

const changeRecords: Operation = (call, account) => {
  const zone = account.zone(call);
  account.store.change(zone.id, call.batch?.changes ?? []);
  return { xml: changeInfoXml(account.newChange(call, call.batch?.comment), 'PENDING') };
};

const listRecords: Operation = (call, account) => {
  const zone = account.zone(call);
  const get = (name: string) => call.query.get(name) ?? undefined;
  const start: ListStart = {
    ...(get('name') !== undefined && { startRecordName: startName(get('name') ?? '') }),
    ...(get('type') !== undefined && { startRecordType: get('type') ?? '' }),
    ...(get('identifier') !== undefined && { startRecordIdentifier: get('identifier') ?? '' }),
    maxItems: maxItems(call, 300),
  };
  return { xml: recordPageXml(account.store.list(zone.id, start)) };
};

function startName(name: string): string {
  if ([...name].length > 1024) throw constraint('startRecordName', name, 'have length less than or equal to 1024');
  return name;
}

/** `maxitems` of the query: more than a page is cut to a page, less than one refused. */
export function maxItems({ query }: Call, page: number): number {
  const text = query.get('maxitems');
  if (text === null || text === '') return page;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw constraint('maxItems', text, 'be a positive integer');
  return Math.min(count, page);
}

const getZone: Operation = (call, account) => {
  const zone = account.zone(call);
  const rest = zone.private ? `<VPCs>${zone.vpcs.map(vpcXml).join('')}</VPCs>` : delegationXml(zone);
  return { xml: hostedZoneXml(zone) + rest };
};

const getChange: Operation = (call, account) => {
  const change = account.changes.get(call.id);
  if (!change) throw new Route53Error(404, 'NoSuchChange', `Could not find resource with ID: ${call.id}`);
  const status = call.now - change.submittedAt >= account.insyncAfterMs ? 'INSYNC' : 'PENDING';
  return { xml: changeInfoXml(change, status) };
};

const getZoneCount: Operation = (call, account) => ({
  xml: `<HostedZoneCount>${account.zones(call).length}</HostedZoneCount>`,
});

const getZoneLimit: Operation = (call, account) => {
  const zone = account.zone(call);
  const limit = (value: number, count: number): Answer => ({
    xml: `<Limit><Type>${call.kind}</Type><Value>${value}</Value></Limit><Count>${count}</Count>`,
  });
  if (call.kind === 'MAX_RRSETS_BY_ZONE') return limit(account.store.maxRecordSets, zone.records.size);
  if (call.kind !== 'MAX_VPCS_ASSOCIATED_BY_ZONE') {
    throw constraint('type', call.kind, 'satisfy enum value set: [MAX_RRSETS_BY_ZONE, MAX_VPCS_ASSOCIATED_BY_ZONE]');
  }
  if (zone.private) return limit(300, zone.vpcs.length);
  const message = 'The specified hosted zone is a public hosted zone, not a private hosted zone.';
  throw new Route53Error(400, 'HostedZoneNotPrivate', message);
};

/** The operations on record sets, changes and limits; those on zones and tags have files of their own. */
export const recordOperations = {
  ChangeResourceRecordSets: changeRecords,
  ListResourceRecordSets: listRecords,
  GetHostedZone: getZone,
  GetChange: getChange,
  GetHostedZoneCount: getZoneCount,
  GetHostedZoneLimit: getZoneLimit,
} satisfies Record<string, Operation>;
