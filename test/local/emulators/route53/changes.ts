import type { Action, Change, RecordSet } from '../../../../local/emulators/route53/index.ts';
import { Route53Error, Route53Store } from '../../../../local/emulators/route53/index.ts';

/** Short ways to write changes, so that a table of cases shows only what matters. */
export type Fields = Partial<Omit<RecordSet, 'name' | 'type'>>;

export function change(
  action: Action,
  name: string,
  type: string,
  values: readonly string[],
  fields: Fields = {},
): Change {
  return { action, recordSet: { name, type, ttl: 300, values, ...fields } };
}

export const create = (name: string, type: string, value: string | readonly string[], fields?: Fields): Change =>
  change('CREATE', name, type, [value].flat(), fields);
export const remove = (name: string, type: string, value: string | readonly string[], fields?: Fields): Change =>
  change('DELETE', name, type, [value].flat(), fields);
export const upsert = (name: string, type: string, value: string | readonly string[], fields?: Fields): Change =>
  change('UPSERT', name, type, [value].flat(), fields);

export function alias(
  action: Action,
  name: string,
  type: string,
  hostedZoneId: string,
  dnsName: string,
  fields: Fields & { evaluateTargetHealth?: boolean } = {},
): Change {
  const { evaluateTargetHealth = false, ...rest } = fields;
  return { action, recordSet: { name, type, alias: { hostedZoneId, dnsName, evaluateTargetHealth }, ...rest } };
}

/** Zones Z1 example.com and Z2 example.org. */
export function twoZones(base: readonly Change[] = []): Route53Store {
  const store = new Route53Store();
  store.addZone({ id: 'Z1', name: 'example.com' });
  store.addZone({ id: 'Z2', name: 'example.org' });
  if (base.length > 0) store.change('Z1', base);
  return store;
}

/** `code: message` of the refusal, or '' when it went through. */
export function refusal(attempt: () => unknown): string {
  try {
    attempt();
    return '';
  } catch (error) {
    if (error instanceof Route53Error) return `${error.code}: ${error.message}`;
    throw error;
  }
}
