import { Resolver } from 'node:dns/promises';
import type { PublicAnswer } from '../lib/explain/index.ts';
import type { DnsName } from '../lib/model/index.ts';

const TIMEOUT_MS = 2_000;

/** Codes that say "there is none", which is an answer. */
const NONE: ReadonlySet<string> = new Set(['ENODATA', 'ENOTFOUND']);

/** Whether DNS says that there is no such name, or nothing of the type. */
export const isNone = (error: unknown): boolean => NONE.has((error as NodeJS.ErrnoException).code ?? '');

/**
 * Asks DNS, as the world would, for the addresses of a name and for the name servers of its zone.
 * @param server `192.0.2.1` or `192.0.2.1:53`; true: the one that `FAIRLEAD_DNS_SERVER` names, or those of the machine
 * @throws Error for what is no address of a server
 */
export async function askPublicDns(
  name: DnsName,
  zone: DnsName | undefined,
  server: true | string,
): Promise<PublicAnswer> {
  const resolver = resolverAt(server, '--dns');
  const problems: string[] = [];
  const ask = async (what: string, work: () => Promise<string[]>): Promise<string[]> => {
    try {
      return (await work()).sort();
    } catch (error) {
      if (!isNone(error)) problems.push(`${what} could not be asked for: ${(error as Error).message}`);
      return [];
    }
  };
  const asked = name.replace(/^\*/, 'fairlead-wildcard-test');
  const [cname, a, aaaa, nameServers] = await Promise.all([
    ask(`${asked} CNAME`, () => resolver.resolveCname(asked)),
    ask(`${asked} A`, () => resolver.resolve4(asked)),
    ask(`${asked} AAAA`, () => resolver.resolve6(asked)),
    zone === undefined ? [] : ask(`${zone} NS`, () => resolver.resolveNs(zone)),
  ]);
  const answers = Object.entries({ CNAME: cname, A: a, AAAA: aaaa }).map(([type, values]) => ({ type, values }));
  return {
    ...(server !== true && { server }),
    answers: answers.filter(({ values }) => values.length > 0),
    nameServers,
    problems,
  };
}

/** @throws Error for what is no address of a server, naming the option or variable */
export function resolverAt(given: true | string, option: string, env = process.env): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  const [server, source] = given === true ? [env.FAIRLEAD_DNS_SERVER, 'FAIRLEAD_DNS_SERVER'] : [given, option];
  if (!server) return resolver;
  try {
    resolver.setServers([server]);
    return resolver;
  } catch (error) {
    const message = `${source}: ${server} is not the address of a DNS server: write 192.0.2.1 or 192.0.2.1:53`;
    throw new Error(message, { cause: error });
  }
}
