/** What a person asks cannot be done as it is asked. */
export class Impossible extends Error {
  override readonly name = 'Impossible';
}
