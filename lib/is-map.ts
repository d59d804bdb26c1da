/** Whether a value of JSON or YAML is a map of keys: no list, and no `null`. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
