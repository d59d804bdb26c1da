import type { ObjectRef } from './object.ts';

/** What is written on an object as a Kubernetes Event, where `kubectl describe` shows it. */
export interface ObjectEvent {
  readonly object: ObjectRef;
  /**
   * | reason       | what happened                                                    |
   * |--------------|------------------------------------------------------------------|
   * | Published    | Route 53 has what the object asks for                            |
   * | NotPublished | it is refused: the note says why                                 |
   * | Removed      | what it had is not there any more, or another object's: the note says why |
   * | Released     | what it had stands, and is nobody's: a person gave it up         |
   * | Held         | it waits, or what is published stays: the note says for what      |
   */
  readonly reason: 'Published' | 'Removed' | 'Released' | 'NotPublished' | 'Held';
  readonly note: string;
}

/** How the writing of Events ended. */
export interface EventsWritten {
  readonly written: number;
  /** Objects that were left out: no time, no right, no answer. Those that have gone are not among them. */
  readonly left: number;
  /** Why, in words for a person. */
  readonly fault?: string;
}
