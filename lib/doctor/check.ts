import type { Check } from '../model/index.ts';
import { reasonOf } from '../reason.ts';
import { adviceOn, isBroken } from './advice.ts';

/** Checks of one thing. */
export function checksOf(area: Check['area'], subject: string) {
  const make =
    (status: Check['status']) =>
    (found: string, remedy?: string): Check => ({
      area,
      subject,
      status,
      found,
      ...(remedy !== undefined && { remedy }),
    });
  const [bad, unknown] = [make('bad'), make('unknown')];
  return {
    ok: make('ok'),
    doubt: make('doubt'),
    bad,
    unknown,
    /**
     * Of what could not be looked at. That the caller lacks a right which a run does not need says nothing against the thing; no
     * way to its service, or no answer of it, does: a doctor that is content with that would be content with anything.
     *
     * @param right what to do where a right is missing
     * @param found what is said of it, before the reason
     */
    unseen: (error: unknown, right: string, found = '') =>
      (isBroken(error) ? bad : unknown)(`${found}${reasonOf(error)}`, adviceOn(error, right)),
  };
}
