import { printable } from './printable.ts';
import { clipped } from './shown.ts';

/** The first line of what was thrown or what a server said, without its final dot, for use inside another message. */
export function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return printable(clipped((text.split('\n', 1)[0] ?? text).replace(/\.$/, '')));
}
