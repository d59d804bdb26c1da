import type { Finding, ObjectRef } from '../../model/index.ts';
import type { Candidate } from '../desired/candidates.ts';

/** What is asked for at a name, once clusters that share it do so. */
export interface Shared {
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
  /** Of the candidates' objects those that do not ask, and keep their part: they are told nothing. */
  readonly absent: ReadonlySet<ObjectRef>;
  /** Who says how the name is had: the best of those that ask, since nobody has it. */
  readonly chosen?: Candidate;
}
