/** The first few of many in a message: `a, b, …`. */
export function firstOf<T>(items: readonly T[], most: number, text: (item: T) => string = String): string {
  return `${items.slice(0, most).map(text).join(', ')}${items.length > most ? ', …' : ''}`;
}

/** The first few of many in a message, and how many there are besides: `a, b and 3 more`. */
export function firstAndCount<T>(items: readonly T[], most: number, text: (item: T) => string = String): string {
  return `${items.slice(0, most).map(text).join(', ')}${items.length > most ? ` and ${items.length - most} more` : ''}`;
}

/** A server's text as part of a message: longer ones say no more, and would fill log, result and screen. */
export function clipped(text: string, most = 500): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
