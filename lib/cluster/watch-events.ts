/** One line of a watch (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes). */
export interface WatchEvent {
  /** ADDED, MODIFIED, DELETED, BOOKMARK or ERROR; unchecked. */
  readonly type: unknown;
  readonly object: unknown;
  /** Of the object's metadata. */
  readonly version: string | undefined;
  /** HTTP status of the Status object that an ERROR carries. */
  readonly code: number | undefined;
}

/** A line that ends in nothing would grow for ever; etcd's objects have 1.5 MB by default, 8 MB where that was raised. */
const LONGEST_LINE = 32 * 1024 * 1024;

/**
 * Reads the lines of a watch to its end, one event each. What breaks off in the middle of a line is dropped: it comes
 * again when the watch is resumed.
 *
 * @param heard told of every piece that comes, before it is read
 * @throws Error for a line that is no event; what `onEvent` and the body throw.
 */
export async function readEvents(
  body: AsyncIterable<Buffer>,
  heard: () => void,
  onEvent: (event: WatchEvent) => void,
): Promise<void> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    heard();
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to >= 0; to = chunk.indexOf(0x0a, from)) {
      const rest = chunk.subarray(from, to);
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      length = 0;
      from = to + 1;
      if (line.length > 0) onEvent(eventOf(line.toString()));
    }
    if (from === chunk.length) continue;
    begun.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) throw new Error(`a line of the watch is longer than ${LONGEST_LINE} bytes`);
  }
}

function eventOf(line: string): WatchEvent {
  const { type, object } = (JSON.parse(line) ?? {}) as { type?: unknown; object?: unknown };
  const { metadata, code } = (object ?? {}) as { metadata?: { resourceVersion?: unknown }; code?: unknown };
  const version = metadata?.resourceVersion;
  return {
    type,
    object,
    version: typeof version === 'string' && version !== '' ? version : undefined,
    code: typeof code === 'number' ? code : undefined,
  };
}
