import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import dnsPacket from 'dns-packet';
import { parseName } from '../route53/names.ts';
import type { Route53Store } from '../route53/store.ts';
import { parseStrings } from '../route53/values.ts';
import { type Resource, resolve } from './resolve.ts';
import type { Random } from './routing.ts';

const CODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
const OPCODE_MASK = 0x7800;
/** Without EDNS a UDP answer has 512 bytes (RFC 1035 section 2.3.4); with it, what the client says, within reason. */
const PLAIN_SIZE = 512;
const MAX_SIZE = 4096;

/** The types whose data is written here; a question for another one that is there is answered NOTIMP. */
const DATA: Readonly<Record<string, (value: string) => unknown>> = {
  A: value => value,
  AAAA: value => value,
  CNAME: wireName,
  NS: wireName,
  PTR: wireName,
  TXT: strings,
  SPF: strings,
  MX: value => {
    const [preference, exchange = ''] = value.split(/\s+/);
    return { preference: Number(preference), exchange: wireName(exchange) };
  },
  SRV: value => {
    const [priority, weight, port, target = ''] = value.split(/\s+/);
    return { priority: Number(priority), weight: Number(weight), port: Number(port), target: wireName(target) };
  },
  CAA: value => {
    const [, flags, tag, text = ''] = /^(\d+) (\w+) (.*)$/s.exec(value) ?? [];
    return { flags: Number(flags), tag, value: parseStrings(text).join('') };
  },
  SOA: value => {
    const [mname = '', rname = '', serial, refresh, retry, expire, minimum] = value.split(/\s+/);
    const numbers = { serial, refresh, retry, expire, minimum };
    const counted = Object.fromEntries(Object.entries(numbers).map(([key, number]) => [key, Number(number)]));
    return { mname: wireName(mname), rname: wireName(rname), ...counted };
  },
};

function strings(value: string): Buffer[] {
  return parseStrings(value).map(text => Buffer.from(text, 'latin1'));
}

/** Escapes become the characters they stand for, as far as dns-packet can write them. */
function wireName(name: string): string {
  return name.replace(/\\([0-3][0-7]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

/** A name from the wire in canonical form. Throws Problem for one that no zone can hold. */
function canonicalName(name: string): string {
  const escaped = name.replace(/[^!-[\]-~]/gu, character =>
    [...Buffer.from(character)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
  return parseName(escaped);
}

/** The answer to a query; undefined for what is no query. */
export function answerQuery(query: DecodedPacket, store: Route53Store, random: Random): Packet | undefined {
  if (query.type !== 'query') return undefined;
  const flags = query.flags ?? 0;
  const kept = flags & (OPCODE_MASK | dnsPacket.RECURSION_DESIRED);
  const head = { type: 'response', id: query.id ?? 0, questions: query.questions ?? [] } as const;
  const failed = (code: keyof typeof CODES): Packet => ({
    ...head,
    flags: kept | CODES[code],
    additionals: opt(query),
  });
  if ((flags & OPCODE_MASK) !== 0) return failed('NOTIMP');
  const [question, ...others] = query.questions ?? [];
  if (!question || others.length > 0) return failed('FORMERR');
  if ((question.class ?? 'IN') !== 'IN') return failed('REFUSED');
  try {
    const found = resolve(store, canonicalName(question.name), question.type, random);
    const written = [...found.answers, ...found.authorities];
    if (written.some(one => DATA[one.type] === undefined)) return failed('NOTIMP');
    const authoritative = found.authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0;
    return {
      ...head,
      flags: kept | authoritative | CODES[found.code],
      answers: found.answers.map(one => toAnswer(one, question.name)),
      authorities: found.authorities.map(one => toAnswer(one, question.name)),
      additionals: opt(query),
    };
  } catch {
    // A name that cannot be: no zone holds it.
    return failed('REFUSED');
  }
}

function toAnswer({ name, type, ttl, value }: Resource, asked: string): Answer {
  const data = DATA[type]?.(value);
  return { name: name === undefined ? asked : wireName(name), type, ttl, class: 'IN', data } as Answer;
}

function opt(query: DecodedPacket): Answer[] {
  if (!query.additionals?.some(one => one.type === 'OPT')) return [];
  return [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: MAX_SIZE,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ];
}

/** The answer as a datagram; what does not fit is left out, and the client told to come again over TCP. */
export function toDatagram(answer: Packet, query: DecodedPacket): Buffer {
  const edns = query.additionals?.find(one => one.type === 'OPT');
  const offered = edns && 'udpPayloadSize' in edns ? edns.udpPayloadSize : 0;
  const limit = Math.min(Math.max(offered, PLAIN_SIZE), MAX_SIZE);
  const whole = dnsPacket.encode(answer);
  if (whole.length <= limit) return whole;
  const flags = (answer.flags ?? 0) | dnsPacket.TRUNCATED_RESPONSE;
  return dnsPacket.encode({ ...answer, flags, answers: [], authorities: [] });
}
