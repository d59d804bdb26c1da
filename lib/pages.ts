/** Of one listing: the largest hosted zones have some hundred thousand record sets, 300 a page. */
const MOST = 3_500;
/** Pages in a row with nothing new. */
const STALE = 3;

/**
 * Watches that a listing gets on: it asks for the next page as often as a server says that there is one, and so would never
 * end where one repeats itself or says so for ever. Call it before each next page.
 *
 * @param endless what is thrown then
 */
export function pageGuard(endless: (why: string) => Error): (next: string, isNew?: boolean) => void {
  const seen = new Set<string>();
  let stale = 0;
  return (next, isNew = true) => {
    stale = isNew ? 0 : stale + 1;
    if (seen.has(next)) throw endless(`it comes back to ${next}`);
    if (stale >= STALE) throw endless(`${STALE} pages in a row have nothing new`);
    if (seen.add(next).size >= MOST) throw endless(`it has more than ${MOST} pages`);
  };
}
