import {
  ChangeResourceRecordSetsCommand,
  GetHostedZoneLimitCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourcesCommand,
  Route53Client,
  type Route53ClientConfig,
  type RRType,
} from '@aws-sdk/client-route-53';
import { type AwsFault, awsClient, awsFaultOf, ForeignAnswer } from '../aws/index.ts';
import { clipped } from '../shown.ts';
import { fromSdkRecord, toSdkRecord } from './convert.ts';
import { fromWire, toWire, zoneIdFromWire } from './names.ts';
import { type ListingStart, Route53Error, type Route53ErrorKind, type Route53Port } from './port.ts';

/**
 * Route 53 through the AWS SDK, with the standard settings (profiles, roles, `AWS_ENDPOINT_URL_ROUTE_53`, …). The SDK's
 * own retries are off: a change whose answer was lost must not be sent again blindly, and every attempt is counted.
 */
export function createAwsRoute53(config: Route53ClientConfig = {}): Route53Port {
  const client = awsClient(Route53Client, { maxAttempts: 1, ...config });
  const listHostedZones = async (marker?: string) => {
    const page = await client.send(new ListHostedZonesCommand(marker === undefined ? {} : { Marker: marker }));
    const zones = (page.HostedZones ?? []).map(zone => ({
      id: zoneIdFromWire(zone.Id ?? ''),
      name: fromWire(zone.Name ?? ''),
      private: zone.Config?.PrivateZone === true,
    }));
    return { zones, ...(page.IsTruncated && page.NextMarker !== undefined && { next: page.NextMarker }) };
  };
  const listRecordSets = async (zone: string, from?: ListingStart, maxItems?: number) => {
    const page = await client.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: zone,
        ...(from && { StartRecordName: toWire(from.name) }),
        ...(from?.type !== undefined && { StartRecordType: from.type as RRType }),
        ...(from?.setIdentifier !== undefined && { StartRecordIdentifier: from.setIdentifier }),
        ...(maxItems !== undefined && { MaxItems: maxItems }),
      }),
    );
    return { records: (page.ResourceRecordSets ?? []).map(fromSdkRecord), ...nextOf(page) };
  };
  return {
    listHostedZones: marker => guarded(() => listHostedZones(marker)),
    listRecordSets: (zone, from, maxItems) => guarded(() => listRecordSets(zone, from, maxItems)),
    changeRecordSets: (zone, changes) =>
      guarded(async () => {
        const Changes = changes.map(({ action, record }) => ({
          Action: action,
          ResourceRecordSet: toSdkRecord(record),
        }));
        const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } });
        await client.send(command);
      }),
    listTags: zones =>
      guarded(async () => {
        const ResourceIds = [...zones];
        const { ResourceTagSets } = await client.send(
          new ListTagsForResourcesCommand({ ResourceType: 'hostedzone', ResourceIds }),
        );
        const entries = (ResourceTagSets ?? []).map(({ ResourceId = '', Tags = [] }) => {
          const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
          return [zoneIdFromWire(ResourceId), tags] as const;
        });
        return new Map(entries);
      }),
    recordSetLimit: zone =>
      guarded(async () => {
        const { Limit, Count } = await client.send(
          new GetHostedZoneLimitCommand({ HostedZoneId: zone, Type: 'MAX_RRSETS_BY_ZONE' }),
        );
        return { limit: Number(Limit?.Value), count: Number(Count) };
      }),
  };
}

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly NextRecordName?: string | undefined;
  readonly NextRecordType?: string | undefined;
  readonly NextRecordIdentifier?: string | undefined;
}

function nextOf(page: Page): { next?: ListingStart } {
  if (!page.IsTruncated || page.NextRecordName === undefined) return {};
  return {
    next: {
      name: fromWire(page.NextRecordName),
      ...(page.NextRecordType !== undefined && { type: page.NextRecordType }),
      ...(page.NextRecordIdentifier !== undefined && { setIdentifier: page.NextRecordIdentifier }),
    },
  };
}

async function guarded<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw translate(error);
  }
}

/** What only Route 53 says. */
const BY_CODE: Readonly<Record<string, Route53ErrorKind>> = {
  PriorRequestNotComplete: 'busy',
  InvalidChangeBatch: 'rejected',
  InvalidInput: 'rejected',
  MalformedInput: 'rejected',
  NoSuchHealthCheck: 'rejected',
  NoSuchHostedZone: 'missing',
};

const BY_FAULT: Readonly<Record<Exclude<AwsFault, 'other'>, Route53ErrorKind>> = {
  credentials: 'credentials',
  denied: 'denied',
  throttled: 'throttled',
  network: 'transient',
  service: 'transient',
};

/** What the SDK throws. Of an `<InvalidChangeBatch><Messages>` answer it knows no name and leaves the parsed XML. */
interface SdkError extends Error {
  readonly code?: string;
  readonly messages?: readonly string[];
  readonly Messages?: { readonly Message?: string | readonly string[] };
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function translate(thrown: unknown): Route53Error {
  const error = thrown as SdkError;
  const messages = error.messages?.length ? error.messages : [error.Messages?.Message ?? []].flat();
  if (messages.length > 0)
    return new Route53Error('rejected', 'InvalidChangeBatch', `[${messages.join(', ')}]`, { cause: error });
  const code = error.code ?? error.name;
  const status = error.$metadata?.httpStatusCode ?? 0;
  const kind = BY_CODE[error.name] ?? kindByFault(error, status);
  const { message } = error;
  return new Route53Error(kind, code, kind === 'rejected' ? message : clipped(message), { cause: error });
}

/** A page with a 5xx is that of a gateway, and passes; any other comes again, and so does an answer without end. */
function kindByFault(error: SdkError, status: number): Route53ErrorKind {
  if ((error instanceof ForeignAnswer && status < 500) || error.name === 'AnswerTooLarge') return 'foreign';
  const fault = awsFaultOf(error);
  if (fault !== 'other') return BY_FAULT[fault];
  return status === 429 ? 'throttled' : 'fatal';
}
