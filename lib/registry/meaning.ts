import type { DnsName } from '../model/index.ts';
import { APEX } from './names.ts';

const isAlnum = (character: string | undefined) => character !== undefined && /[a-z0-9]/.test(character);

/** A prefix that ends with `%{record_type}.` puts the ownership of the apex beside it: `edns-a.example.com`. */
const TYPE_AT_END = /(?:^|[^a-z0-9])(?:a|aaaa|cname|ns|mx|ptr|srv|naptr|txt|dname)$/;

/**
 * Every record name that an ownership record of this name could speak of under some prefix, suffix or wildcard
 * replacement. At most some thousands for the longest of names; the caller looks which of them stand in the zone.
 *
 * A record's ownership record keeps all labels of the record but the first (unless a prefix with dots stands in front), and
 * holds the first one, or a replacement for `*`, somewhere in what is in front of them:
 *
 * | ownership record            | may speak of                                                            |
 * |-----------------------------|-------------------------------------------------------------------------|
 * | `edns-a-www.example.com`    | `www.example.com`, `a-www.example.com`, `*.example.com`, …               |
 * | `a.www.example.com`         | `www.example.com` (prefix `%{record_type}.`), `*.www.example.com`, …     |
 * | `edns-a.example.com`        | `example.com` (prefix `edns-%{record_type}.`)                            |
 * | `a-any.x.example.com`       | `*.x.example.com` (wildcard replacement `any`)                           |
 * | `_fairlead-apex-a.x.com`    | `x.com`                                                                 |
 *
 * What is in front of the first label or behind it in an affix is taken to end at a character that is no letter or digit on
 * one side at least.
 */
export function* possibleNames(txt: DnsName, zone: DnsName): Generator<DnsName> {
  // No other naming makes this of any other name.
  if (txt.includes(APEX)) return yield zone;
  for (let dot = txt.indexOf('.'); dot > 0; dot = txt.indexOf('.', dot + 1)) {
    const front = txt.slice(0, dot);
    const rest = txt.slice(dot + 1);
    yield `*.${rest}`;
    if (rest === zone && TYPE_AT_END.test(front)) yield zone;
    for (let start = 0; start < front.length; start++) {
      const opens = start === 0 || !isAlnum(front[start - 1]);
      for (let end = start + 1; end <= front.length; end++) {
        const closes = end === front.length || !isAlnum(front[end]);
        if (opens || closes) yield `${front.slice(start, end)}.${rest}`;
      }
    }
    if (rest === zone) return;
  }
}
