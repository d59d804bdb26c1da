import ipaddr from 'ipaddr.js';

/** 0.0.0.0/8, 127.0.0.0/8 and 169.254.0.0/16 (RFC 6890), of addresses whose spelling was checked. */
const LOCAL_IPV4 = /^(?:0|127|169\.254)\./;

/** `::`, `::1` and fe80::/10, as ipaddr.js calls them. */
const LOCAL_IPV6: ReadonlySet<string> = new Set(['unspecified', 'loopback', 'linkLocal']);

/** RFC 6761, 6.3, and the names of Kubernetes' Services. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|svc|cluster\.local)$/;

const WHY = 'which only the machine or the cluster itself can mean: give one that others reach';

/** What is wrong with an address or name that means another machine to each who asks; undefined: nothing. */
export function localProblem(type: 'A' | 'AAAA' | 'CNAME', value: string): string | undefined {
  if (type === 'CNAME') return LOCAL_NAME.test(value) ? `is a name ${WHY}` : undefined;
  const local = type === 'A' ? LOCAL_IPV4.test(value) : LOCAL_IPV6.has(ipaddr.IPv6.parse(value).range());
  return local ? `is an address ${WHY}` : undefined;
}

/** The addresses and names that clients are led to by values of other types, as `readValue` writes them. PTR leads nowhere. */
const LEADS_TO: Readonly<Record<string, (value: string) => readonly string[]>> = {
  MX: value => value.split(' ').slice(1),
  NS: value => [value],
  SRV: value => value.split(' ').slice(3),
  NAPTR: value => value.split(' ').slice(-1),
  HTTPS: value => value.split(/[\s",=]+/).slice(1),
  SVCB: value => value.split(/[\s",=]+/).slice(1),
};

/** The same of a value of another type. */
export function localProblemIn(recordType: string, value: string): string | undefined {
  for (const text of LEADS_TO[recordType]?.(value) ?? []) {
    const type = ipaddr.IPv4.isValidFourPartDecimal(text) ? 'A' : ipaddr.IPv6.isValid(text) ? 'AAAA' : 'CNAME';
    const problem = localProblem(type, text.replace(/\.$/, ''));
    if (problem !== undefined) return `${text} ${problem}`;
  }
  return undefined;
}
