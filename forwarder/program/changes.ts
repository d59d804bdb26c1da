import { type NamedObject, resourceOf } from '../../lib/model/index.ts';
import { MAX_OBJECTS } from '../../lib/notice/index.ts';

/** When something was seen: epoch milliseconds for others, and uptime for spans. */
interface Moment {
  readonly now: number;
  readonly uptime: number;
}

/**
 * A union of changes. It never holds more objects than a notice may name: with one more, anything may have changed.
 */
export class Changes {
  #objects = new Map<string, NamedObject>();
  #anything = false;
  #first: Moment | undefined;
  #last: Moment | undefined;

  get empty(): boolean {
    return this.#first === undefined;
  }

  /** Objects that a notice of these changes names; undefined: anything may have changed. */
  get objects(): readonly NamedObject[] | undefined {
    return this.#anything ? undefined : [...this.#objects.values()];
  }

  /** How many objects are waiting; 0 also where anything may have changed. */
  get size(): number {
    return this.#objects.size;
  }

  /** When the first change was seen; undefined when there is none. */
  get first(): Moment | undefined {
    return this.#first;
  }

  get last(): Moment | undefined {
    return this.#last;
  }

  /** @param object undefined: anything may have changed */
  add(object: NamedObject | undefined, at: Moment): void {
    this.#first ??= at;
    this.#last = at;
    this.#put(object);
  }

  /** What either of the two says. */
  static union(earlier: Changes, later: Changes): Changes {
    const both = new Changes();
    both.#first = earlier.#first ?? later.#first;
    both.#last = later.#last ?? earlier.#last;
    for (const { objects } of [earlier, later]) {
      if (objects === undefined) both.#put(undefined);
      else for (const object of objects) both.#put(object);
    }
    return both;
  }

  #put(object: NamedObject | undefined): void {
    if (object) this.#objects.set(resourceOf(object), object);
    this.#anything ||= object === undefined || this.#objects.size > MAX_OBJECTS;
    if (this.#anything) this.#objects.clear();
  }
}
