import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { RecordType } from 'dns-packet';
import ipaddr from 'ipaddr.js';
import { localAddress } from '../emulators/dns/addresses.ts';
import { lookUp } from '../emulators/dns/client.ts';
import { type RecordJson, toJson } from '../emulators/route53/json.ts';
import type { AppliedBatch } from '../emulators/route53/service.ts';
import type { World } from '../world.ts';

/** A change batch that Route 53 accepted. Times in epoch milliseconds. */
export interface Publication {
  readonly acceptedAt: number;
  /** The record set that DNS was asked for, and when DNS said what the batch had made of it. Undefined: nothing to ask for. */
  readonly answered: Promise<Answered | undefined>;
}

export interface Answered {
  readonly name: string;
  readonly type: string;
  readonly at: number;
}

const PAUSE_MS = 2;
const PATIENCE_MS = 5_000;
const ASKED: readonly string[] = ['A', 'AAAA', 'CNAME'];

/** Follows what Route 53 accepts of one access key, and asks DNS for it over UDP until the answer is the new one. */
export class Publications {
  readonly #world: World;
  readonly #all: Publication[] = [];

  constructor(world: World, accessKeyId: string) {
    this.#world = world;
    world.route53.onApplied = batch => {
      // What somebody does by hand at the same moment, with a key of their own, is not ours.
      if (batch.accessKeyId === accessKeyId) this.#all.push(this.#publish(batch));
    };
  }

  /** The first one accepted from one time to another. */
  between(from: number, to: number): Publication | undefined {
    return this.#all.find(({ acceptedAt }) => acceptedAt >= from && acceptedAt <= to);
  }

  #publish(batch: AppliedBatch): Publication {
    return { acceptedAt: Date.now(), answered: this.#answered(batch) };
  }

  async #answered({ zoneId, changes }: AppliedBatch): Promise<Answered | undefined> {
    // Route 53 answers first.
    await setImmediate();
    const change = firstChange(changes);
    return change && !this.#world.route53.store.zone(zoneId).private ? this.#ask(change) : undefined;
  }

  async #ask({ record, gone }: Asked): Promise<Answered | undefined> {
    const name = record.name.replace(/^(?:\\052|\*)\./, 'any-name.').replace(/\.$/, '');
    const expected = gone ? [] : expectedOf(record);
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      const answers = await lookUp(this.#world.dns, name, record.type as RecordType);
      if (isExpected(answers, expected)) return { name, type: record.type, at: Date.now() };
      await sleep(PAUSE_MS);
    }
    return undefined;
  }
}

interface Asked {
  readonly record: RecordJson;
  readonly gone: boolean;
}

const keyOf = ({ name, type, setIdentifier = '' }: RecordJson) => `${name} ${type} ${setIdentifier}`;

/** What a batch made of a record set; what it swapped only to be sure that it still stood is not new. */
function firstChange(changes: AppliedBatch['changes']): Asked | undefined {
  const asked = changes
    .map(({ action, recordSet }) => ({ gone: action === 'DELETE', record: toJson(recordSet) }))
    .filter(({ record }) => ASKED.includes(record.type));
  const deleted = new Set(asked.filter(({ gone }) => gone).map(({ record }) => JSON.stringify(record)));
  const fresh = asked.find(({ gone, record }) => !gone && !deleted.has(JSON.stringify(record)));
  const standing = new Set(asked.filter(({ gone }) => !gone).map(({ record }) => keyOf(record)));
  return fresh ?? asked.find(({ gone, record }) => gone && !standing.has(keyOf(record)));
}

/** What DNS says of a record set; undefined: something, for an alias to another name of the zone. */
function expectedOf({ type, values, alias }: RecordJson): readonly string[] | undefined {
  if (!alias)
    return (values ?? []).map(value => (ipaddr.isValid(value) ? ipaddr.parse(value).toString() : bare(value)));
  if (type !== 'A' && type !== 'AAAA') return undefined;
  return /\.(amazonaws\.com|cloudfront\.net|awsglobalaccelerator\.com)\.?$/.test(alias.dnsName)
    ? [localAddress(alias.dnsName, type)]
    : undefined;
}

const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');

function isExpected(answers: readonly string[], expected: readonly string[] | undefined): boolean {
  if (!expected) return answers.length > 0;
  return [...answers].map(bare).sort().join(' ') === [...expected].sort().join(' ');
}
