import type { DnsName, NameChange, RecordSet } from '../model/index.ts';
import { clipped } from '../shown.ts';
import { fromWire } from './names.ts';

/**
 * What Route 53 said about one change of a batch it refused.
 *
 * | verdict | meaning                                                                                            |
 * |---------|----------------------------------------------------------------------------------------------------|
 * | stale   | the zone is not as it was read: exists already, not found, other values, or another record conflicts |
 * | invalid | the change itself is not accepted                                                                  |
 */
export interface Verdict {
  readonly change: NameChange;
  readonly verdict: 'stale' | 'invalid';
  readonly words: string;
}

/** A refused batch as understood: the culprits, or that the zone is full, or (neither) nothing that names a change. */
export interface Refused {
  readonly verdicts: readonly Verdict[];
  readonly zoneFull: boolean;
}

/** How Route 53 begins each of the messages that it joins with commas into one bracketed string. */
const BEGINNINGS =
  /, (?=Tried to (?:create|delete)|RRSet (?:of type|with DNS name)|Invalid Resource Record|Duplicate Resource Record|FATAL problem|Exceeded limit|Number of records|RDATA character|Cannot have more|Cannot find location|A non-alias primary|The request contains|A HostedZone must|Invalid request:)/;

const STALE =
  /but it already exists|but it was not found|do not match the current values|conflicts with other records|a conflicting RRSet of type|cannot be created (?:as|because)|but that target was not found/;

/** Characters of a message that are told: Route 53 repeats the values that it refuses. */
export const WORDS = 2_000;

/** Splits `[first, second]` into its messages; any other text is one message. */
export function splitMessages(text: string): string[] {
  const inner = /^\[(.*)\]$/s.exec(text.trim())?.[1] ?? text.trim();
  return inner.split(BEGINNINGS);
}

/**
 * Finds out which changes of a refused batch Route 53 means. A message names a record set (`[name='x.', type='A']`,
 * `with DNS name x.`), a value (`encountered with '1.2.3'`), or for an alias its target; only names and values of the
 * batch itself are looked for, so an unknown wording still finds its change.
 */
export function understand(text: string, batch: readonly NameChange[]): Refused {
  const messages = splitMessages(text);
  if (messages.some(message => message.includes('MAX_RRSETS_BY_ZONE'))) return { verdicts: [], zoneFull: true };
  const index = indexBatch(batch);
  const verdicts = new Map<NameChange, Verdict>();
  for (const message of messages) {
    const verdict = STALE.test(message) ? 'stale' : 'invalid';
    for (const change of culprits(message, index)) {
      const known = verdicts.get(change);
      if (!known || (known.verdict === 'stale' && verdict === 'invalid'))
        verdicts.set(change, { change, verdict, words: clipped(message.trim(), WORDS) });
    }
  }
  return { verdicts: [...verdicts.values()], zoneFull: false };
}

interface BatchIndex {
  readonly all: readonly NameChange[];
  readonly byName: Map<DnsName, NameChange[]>;
  readonly byValue: Map<string, NameChange[]>;
  readonly byAliasTarget: Map<DnsName, NameChange[]>;
}

function indexBatch(batch: readonly NameChange[]): BatchIndex {
  const index: BatchIndex = { all: batch, byName: new Map(), byValue: new Map(), byAliasTarget: new Map() };
  const put = (map: Map<string, NameChange[]>, key: string, change: NameChange) => {
    const known = map.get(key);
    if (!known) map.set(key, [change]);
    else if (!known.includes(change)) known.push(change);
  };
  for (const change of batch) {
    for (const record of [...change.deletes, ...change.creates]) {
      put(index.byName, record.name, change);
      for (const value of record.values ?? []) put(index.byValue, value, change);
    }
    for (const { alias } of change.creates) if (alias) put(index.byAliasTarget, alias.dnsName, change);
  }
  return index;
}

/** Of several changes of one name those whose set identifier the message names, if it names one. */
function ofOneSet(message: string, changes: NameChange[]): NameChange[] {
  const said = /set-identifier='(.*?)'\]|SetIdentifier[ =](.+?)(?:,| cannot be created|\])/s.exec(message);
  const id = said?.[1] ?? said?.[2];
  const named = changes.filter(({ deletes, creates }) =>
    [...deletes, ...creates].some(({ setIdentifier }) => setIdentifier === id),
  );
  return id !== undefined && named.length > 0 ? named : changes;
}

/** `country = CA subdivision = NL`, which names no record set: all that are there are meant. */
function isAt(location: string): (record: RecordSet) => boolean {
  const codes = [...location.matchAll(/= *(\S+)/g)].map(([, code]) => code).join(' ');
  return ({ routing }) => {
    const { continentCode, countryCode, subdivisionCode } = routing?.geoLocation ?? {};
    return [continentCode, countryCode, subdivisionCode].filter(code => code !== undefined).join(' ') === codes;
  };
}

/** Which Route 53 names no record set of either: an ownership record is meant, too, beside an alias that needs none. */
const isUnchecked = ({ alias, routing, healthCheckId }: RecordSet): boolean =>
  routing?.failover === 'PRIMARY' && !alias && healthCheckId === undefined;

function culprits(message: string, index: BatchIndex): NameChange[] {
  const [, aliasTarget, type] = /alias that targets (\S+?),(?: type (\S+))?/.exec(message) ?? [];
  if (aliasTarget !== undefined) {
    const target = fromWire(aliasTarget);
    const all = index.byAliasTarget.get(target) ?? [];
    const isMeant = (record: RecordSet) => record.alias?.dnsName === target && record.type === type;
    const ofType = all.filter(({ creates }) => creates.some(isMeant));
    return ofType.length > 0 ? ofType : all;
  }
  const value =
    /encountered with '(.*?)'/s.exec(message)?.[1] ?? /Duplicate Resource Record: '(.*)'/s.exec(message)?.[1];
  if (value !== undefined) {
    const found = index.byValue.get(value) ?? index.byName.get(fromWire(value));
    if (found) return found;
  }
  const named = (name: string) => index.byName.get(fromWire(name)) ?? [];
  const said = [...message.matchAll(/name='([^']+)'|with DNS name ([^\s,]+)|Name=([^\s,]+)/g)].map(
    match => match[1] ?? match[2] ?? match[3] ?? '',
  );
  if (said.length > 0) return ofOneSet(message, [...new Set(said.flatMap(named))]);
  const [, location] = /^Cannot find location: '(.*?)'/s.exec(message) ?? [];
  if (location !== undefined) return index.all.filter(({ creates }) => creates.some(isAt(location)));
  if (/primary ResourceRecordSet must have an associated health check/.test(message))
    return index.all.filter(({ creates }) => creates.some(isUnchecked));
  const checked = index.all.filter(({ creates }) =>
    creates.some(({ healthCheckId }) => healthCheckId !== undefined && message.includes(healthCheckId)),
  );
  if (checked.length > 0) return checked;
  // An unknown wording: any name of the batch will do, but not the zone's, which nearly every message ends with.
  const tokens = message.replace(/\bin zone \S+/g, '').split(/[\s,'"[\]()=]+/);
  return [
    ...new Set(
      tokens.filter(token => token.includes('.')).flatMap(token => [...named(token), ...named(token.slice(0, -1))]),
    ),
  ];
}
