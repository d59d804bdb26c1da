import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { RecordType } from 'dns-packet';
import ipaddr from 'ipaddr.js';
import { localAddress } from '../emulators/dns/addresses.ts';
import { lookUp } from '../emulators/dns/client.ts';
import { type RecordJson, toJson } from '../emulators/route53/json.ts';
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

type Records = ReadonlyMap<string, RecordJson>;

/** Follows what Route 53 accepts, and asks DNS for it over UDP until the answer is the new one. */
export class Publications {
  readonly #world: World;
  readonly #known: Map<string, Records>;
  readonly #all: Publication[] = [];

  constructor(world: World) {
    this.#world = world;
    const zones = [...world.route53.store.zones.keys()];
    this.#known = new Map(zones.map(id => [id, recordsOf(world, id)]));
    world.route53.journal.onRecord = ({ applied, zoneId }) => {
      if (applied && zoneId !== undefined) this.#all.push(this.#publish(zoneId));
    };
  }

  /** The first one accepted from one time to another. */
  between(from: number, to: number): Publication | undefined {
    return this.#all.find(({ acceptedAt }) => acceptedAt >= from && acceptedAt <= to);
  }

  #publish(zoneId: string): Publication {
    return { acceptedAt: Date.now(), answered: this.#answered(zoneId) };
  }

  async #answered(zoneId: string): Promise<Answered | undefined> {
    // Route 53 answers first: looking for what changed takes its time in a large zone.
    await setImmediate();
    const before = this.#known.get(zoneId) ?? new Map();
    const after = recordsOf(this.#world, zoneId);
    this.#known.set(zoneId, after);
    const change = firstChange(before, after);
    return change && !this.#world.route53.store.zone(zoneId).private ? this.#ask(change) : undefined;
  }

  async #ask({ record, gone }: Change): Promise<Answered | undefined> {
    const name = record.name.replace(/^\\052\./, 'any-name.').replace(/\.$/, '');
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

interface Change {
  readonly record: RecordJson;
  readonly gone: boolean;
}

const keyOf = ({ name, type, setIdentifier = '' }: RecordJson) => `${name} ${type} ${setIdentifier}`;

function recordsOf({ route53 }: World, zoneId: string): Records {
  const { store } = route53;
  return new Map(
    store
      .records(zoneId)
      .map(toJson)
      .map(record => [keyOf(record), record]),
  );
}

function firstChange(before: Records, after: Records): Change | undefined {
  const fresh = [...after].find(
    ([key, record]) => ASKED.includes(record.type) && JSON.stringify(before.get(key)) !== JSON.stringify(record),
  );
  if (fresh) return { record: fresh[1], gone: false };
  const lost = [...before].find(([key, record]) => ASKED.includes(record.type) && !after.has(key));
  return lost && { record: lost[1], gone: true };
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
