import type { Check } from '../model/index.ts';

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
  return { ok: make('ok'), doubt: make('doubt'), bad: make('bad'), unknown: make('unknown') };
}
