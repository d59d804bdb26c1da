/** The first few of many in a message: `a, b, …`. */
export function firstOf<T>(items: readonly T[], most: number, text: (item: T) => string = String): string {
  return `${items.slice(0, most).map(text).join(', ')}${items.length > most ? ', …' : ''}`;
}

/** The first few of many in a message, and how many there are besides: `a, b and 3 more`. */
export function firstAndCount<T>(items: readonly T[], most: number, text: (item: T) => string = String): string {
  return `${items.slice(0, most).map(text).join(', ')}${items.length > most ? ` and ${items.length - most} more` : ''}`;
}
