import {
  type DnsName,
  type Endpoint,
  type Finding,
  type Hold,
  type ObjectRef,
  type Reason,
  resourceOf,
} from '../model/index.ts';
import { quoted } from './hostname.ts';

/** A text of an object and the field it stands in, such as `spec.rules[2].host`. */
export interface Field {
  readonly text: string;
  readonly field: string;
}

/** What stands where a name is missing. */
export const UNNAMED = '<unnamed>';

/** One object cannot fill the report: an annotation of 100 kB holds tens of thousands of bad items. */
const MAX_FINDINGS = 20;

/** How much one object may ask for. */
export interface ObjectLimits {
  readonly hostnamesPerObject: number;
  /** Of one record. */
  readonly targetsPerObject: number;
}

/** An object asks for more than it may. Thrown before names and targets are multiplied; costs the object only. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
  /** The key of the config that says how much it may be. */
  readonly field: string;

  constructor(key: keyof ObjectLimits | 'recordsPerNamespace', count: number, limit: number) {
    super(
      {
        hostnamesPerObject: `it asks for ${count} hostnames or more, and ${limit} are allowed: spread it over several objects, or raise limits.${key}`,
        targetsPerObject: `it gives ${count} targets for one record, and ${limit} are allowed: spread it over several objects, or raise limits.${key}`,
        recordsPerNamespace: `with it the objects of its namespace ask for ${count} record sets, and ${limit} are looked at, ten times limits.${key}: ask for less, or raise that`,
      }[key],
    );
    this.field = `limits.${key} of the config`;
  }
}

/** Collects what there is to say about one object, and which of its records must stay. */
export class Notes {
  readonly object: ObjectRef;
  readonly #limits: ObjectLimits | undefined;
  readonly #names = new Set<DnsName>();
  readonly #findings: Finding[] = [];
  readonly #holds: Hold[] = [];
  /** Findings that are counted only. */
  readonly #left = new Map<Reason, number>();
  #all = false;
  #wrongTypes = 0;

  /** @param limits of what the object may ask for; absent: none */
  constructor(object: ObjectRef, limits?: ObjectLimits) {
    this.object = object;
    this.#limits = limits;
  }

  /** The object asks for these names, each of which counts once. @throws TooMuch */
  asksFor(names: Iterable<DnsName>): void {
    if (!this.#limits) return;
    for (const name of names) this.#names.add(name);
    const { size } = this.#names;
    const { hostnamesPerObject } = this.#limits;
    if (size > hostnamesPerObject) throw new TooMuch('hostnamesPerObject', size, hostnamesPerObject);
  }

  /** One record of the object has so many targets. @throws TooMuch */
  pointsTo(count: number): void {
    const most = this.#limits?.targetsPerObject ?? count;
    if (count > most) throw new TooMuch('targetsPerObject', count, most);
  }

  /** All that can be said of an object that failed as a whole: nothing new of it is published, what it has stays. */
  static ofFailure(object: ObjectRef, error: unknown): Notes {
    const notes = new Notes(object);
    const stays = 'nothing new of it is published, and what it has stays';
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof TooMuch) notes.add('invalid', error.field, `${why}; ${stays}`);
    else
      notes.add('invalid', 'the object', `could not be read (${quoted(why)}): ${stays}; this is a fault of fairlead’s`);
    notes.holdAll(error instanceof TooMuch ? `it is over ${error.field}` : 'it could not be read');
    return notes;
  }

  /** The message says what, why and what to do; the object and the field are put in front of it. */
  add(reason: Reason, field: string, message: string, name?: DnsName): void {
    if (this.#findings.length === MAX_FINDINGS) {
      this.#left.set(reason, (this.#left.get(reason) ?? 0) + 1);
      return;
    }
    const text = `${resourceOf(this.object)}: ${field}: ${message}`;
    this.#findings.push({ reason, message: text, object: this.object, field, ...(name !== undefined && { name }) });
  }

  /** A malformed item. All records of the object stay: a slip of the pen must not remove what is live. */
  malformed({ text, field }: Field, what: string, problem: string): void {
    this.add('invalid', field, `${quoted(text)} is not ${what}: ${problem}`);
    this.holdAll(`${field} is malformed`);
  }

  /** A field that is not of the type that Kubernetes gives it. */
  wrongType(field: string, expected: string): void {
    this.add('invalid', field, `must be ${expected}`);
    this.holdAll(`${field} is malformed`);
    this.#wrongTypes += 1;
  }

  /** How many fields were not of the type that Kubernetes gives them. */
  get wrongTypes(): number {
    return this.#wrongTypes;
  }

  /** Nothing is published of these names, for a reason that lies in the object as a whole. */
  refuse(names: readonly DnsName[], reason: Reason, field: string, message: string): void {
    if (names.length === 0) this.add(reason, field, message);
    for (const name of names) this.add(reason, field, `${name} is not published: ${message}`, name);
  }

  hold(name: DnsName, message: string): void {
    this.#holds.push({ object: this.object, name, message });
  }

  /** What the object asks for is not done now; a record of just that stays. */
  putOff(endpoint: Endpoint, message: string): void {
    this.#holds.push({ object: this.object, name: endpoint.name, message, putOff: endpoint });
  }

  holdAll(message: string): void {
    if (!this.#all) this.#holds.push({ object: this.object, message });
    this.#all = true;
  }

  get holds(): readonly Hold[] {
    return this.#holds;
  }

  get findings(): readonly Finding[] {
    if (this.#left.size === 0) return this.#findings;
    const left = [...this.#left].map(([reason, count]): Finding => {
      const message = `${resourceOf(this.object)}: and ${count} more findings about this object`;
      return { reason, message, object: this.object, ...(count > 1 && { count }) };
    });
    return [...this.#findings, ...left];
  }
}
