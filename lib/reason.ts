/** The first line of what was thrown, without its final dot, for use inside another message. */
export function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return (text.split('\n', 1)[0] ?? text).replace(/\.$/, '');
}
