import { describe, expect, test } from 'vitest';
import { type Change, dumpZones } from '../../../../local/emulators/route53/index.ts';
import { alias, create, type Fields, refusal, twoZones } from './changes.ts';

export const ALB = 'foo.us-east-1.elb.amazonaws.com';
export const ALB_ZONE = 'Z35SXDOTRQ7X7K';
export const one = (fields: Fields): Fields => ({ setIdentifier: 'one', ...fields });
export const two = (fields: Fields): Fields => ({ setIdentifier: 'two', ...fields });

export const weighted = create('w.example.com', 'A', '1.1.1.1', one({ weight: 1 }));
const latency = create('l.example.com', 'A', '1.1.1.1', one({ region: 'eu-west-1' }));
const failover = create('f.example.com', 'A', '1.1.1.1', one({ failover: 'PRIMARY' }));
const geo = create('g.example.com', 'A', '1.1.1.1', one({ geoLocation: { continentCode: 'EU' } }));
const base: readonly Change[] = [
  create('a.example.com', 'A', '1.2.3.4'),
  create('c.example.com', 'CNAME', 'x.example.net'),
  weighted,
  latency,
  failover,
  geo,
  create('m.example.com', 'A', '1.1.1.1', one({ multiValueAnswer: true })),
  alias('CREATE', 'lb.example.com', 'A', ALB_ZONE, ALB, { evaluateTargetHealth: true }),
  create('*.example.com', 'A', '9.9.9.9'),
  create('two.example.com', 'A', ['1.1.1.1', '2.2.2.2']),
  create('t.example.com', 'TXT', '"one" "two"'),
  create('v6.example.com', 'AAAA', '2001:db8::1'),
];

/** A rule, a batch that it is about, and the messages of the refusal; none: the batch is applied. */
export type Case = readonly [rule: string, changes: readonly Change[], messages?: readonly string[]];

export const cnameBeside = (name: string) =>
  `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone example.com.`;
export const besideCname = (type: string, name: string) =>
  `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.`;

/** Every refused batch also carries a good change, which must not be applied. */
const good = create('good.example.com', 'A', '7.7.7.7');

/** Tries the cases against a zone that holds one record set of every sort. */
export function testCases(group: string, cases: readonly Case[]): void {
  describe(group, () => {
    test.each(cases.map(([rule, changes, messages = []]) => ({ rule, changes, messages })))('$rule', one => {
      const { changes, messages } = one;
      const store = twoZones(base);
      const before = dumpZones(store, { ownSets: true });
      const answer = refusal(() => store.change('Z1', [good, ...changes]));
      expect(answer).toBe(messages.length > 0 ? `InvalidChangeBatch: [${messages.join(', ')}]` : '');
      if (messages.length > 0) expect(dumpZones(store, { ownSets: true })).toEqual(before);
      else expect(dumpZones(store, { ownSets: true })).not.toEqual(before);
    });
  });
}
