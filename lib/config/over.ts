/** What is said, laid over what is there else: a list or a value takes the place of the other. */
export function over<T extends object>(base: T, said: { readonly [K in keyof T]?: T[K] | undefined } = {}): T {
  const entries = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(entries) };
}
