import type { Finding, NameChange, ObjectRef, ZoneId } from '../model/index.ts';
import { describeObject } from '../model/index.ts';
import { firstAndCount } from '../shown.ts';
import type { Candidate } from './desired/candidates.ts';

/** How many objects a message names. */
const SHOWN = 3;

/** Objects as a message names them. */
export function listObjects(objects: readonly ObjectRef[]): string {
  return firstAndCount(objects, SHOWN, describeObject);
}

/** The same for each of the objects of a name. */
export function findingsOf(
  { name, objects }: Pick<Candidate, 'name' | 'objects'>,
  reason: Finding['reason'],
  message: string,
  zone?: ZoneId,
  type?: string,
): Finding[] {
  return objects.map(object => ({
    reason,
    message,
    object,
    name,
    ...(zone !== undefined && { zone }),
    ...(type !== undefined && { type }),
  }));
}

/** The same for each of the objects of a change; of one that is for no object, for its name. */
export function findingsOfChange(
  { name, objects, setIdentifier }: NameChange,
  reason: Finding['reason'],
  message: string,
  zone: ZoneId,
): Finding[] {
  const base = { reason, message, name, zone, ...(setIdentifier !== undefined && { setIdentifier }) };
  return objects.length === 0 ? [base] : objects.map(object => ({ ...base, object }));
}
