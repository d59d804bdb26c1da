import { type DnsName, type Finding, type Hold, type ObjectRef, type Reason, resourceOf } from '../model/index.ts';
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

/** Collects what there is to say about one object, and which of its records must stay. */
export class Notes {
  readonly object: ObjectRef;
  readonly #findings: Finding[] = [];
  readonly #holds: Hold[] = [];
  #left = 0;
  #leftReason: Reason = 'warning';
  #all = false;
  #wrongTypes = 0;

  constructor(object: ObjectRef) {
    this.object = object;
  }

  /** The message says what, why and what to do; the object and the field are put in front of it. */
  add(reason: Reason, field: string, message: string, name?: DnsName): void {
    if (this.#findings.length === MAX_FINDINGS) {
      if (this.#left === 0) this.#leftReason = reason;
      this.#left += 1;
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

  holdAll(message: string): void {
    if (!this.#all) this.#holds.push({ object: this.object, message });
    this.#all = true;
  }

  get holds(): readonly Hold[] {
    return this.#holds;
  }

  get findings(): readonly Finding[] {
    if (this.#left === 0) return this.#findings;
    const message = `${resourceOf(this.object)}: and ${this.#left} more findings about this object`;
    return [...this.#findings, { reason: this.#leftReason, message, object: this.object }];
  }
}
